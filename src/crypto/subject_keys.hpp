// One data key per person, kept apart from the rows that it opens: whoever destroys the key has erased the
// person everywhere, in every copy and every older backup of the rows.
//
// The store of the keys is no part of a backup (docs/decisions/0014): a backup that carried the key along
// would bring the person back.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "crypto/envelope.hpp"

namespace gatehouse::crypto {

// Where the wrapped keys lie, by subject. Every call may block: it is made on blocking threads only.
class SubjectKeyStore {
 public:
  virtual ~SubjectKeyStore() = default;

  // Errors: not_found `unknown_subject`, `subject_erased`.
  [[nodiscard]] virtual Result<std::string> find(std::string_view subject) = 0;
  // Keeps the key that is there already, and answers with the one that counts. `subject_erased` (not_found):
  // an erased subject never gets a key again.
  [[nodiscard]] virtual Result<std::string> add(std::string_view subject, std::string_view wrapped) = 0;
  // The same for many, in the order of `keys`: for an engine to which each question is dear.
  struct Key {
    std::string subject;
    std::string wrapped;
  };
  [[nodiscard]] virtual std::vector<Result<std::string>> add_all(const std::vector<Key>& keys);
  // For good, on the disk too, when it returns; a tombstone stays. Repeating it is no error, nor is a subject
  // that never had a key.
  [[nodiscard]] virtual Result<void> destroy(std::string_view subject, core::SystemTime now) = 0;
  // Tombstones, in the order of subjects, after `after`.
  [[nodiscard]] virtual Result<std::vector<std::string>> erased(std::string_view after,
                                                                std::size_t limit) = 0;
};

class SubjectKeys {
 public:
  SubjectKeys(Envelope envelope, std::shared_ptr<SubjectKeyStore> store)
      : envelope_(std::move(envelope)), store_(std::move(store)) {}

  // The key of `name.record`, made at its first use. Errors: as the store and Envelope.
  [[nodiscard]] Result<RecordKey> obtain(const RecordName& name) const;
  [[nodiscard]] Result<RecordKey> find(const RecordName& name) const;
  // Takes over a wrapped key that has lain in a row so far.
  [[nodiscard]] Result<void> adopt(const RecordName& name, std::string_view wrapped) const;
  [[nodiscard]] SubjectKeyStore& store() const { return *store_; }

 private:
  Envelope envelope_;
  std::shared_ptr<SubjectKeyStore> store_;
};

// Also for the owner of a store that answers so.
[[nodiscard]] std::unexpected<Error> subject_erased();
[[nodiscard]] bool is_erased(const Error&);

}  // namespace gatehouse::crypto
