// The keys of people as they are copied between the stores that they may lie in: as they are, wrapped, for
// both sides stand under one ring.
//
// A key is never replaced by another one, and none goes but by an erasure: what would lose somebody's data is
// refused. `conflict` "subject_has_another_key", "subject_only_here" (the destination is somebody else's),
// "subject_erased" (the destination knows that the person was erased, the source does not).
#pragma once

#include "crypto/subject_keys.hpp"
#include "data_copy/read_ahead.hpp"
#include "runtime/blocking_pool.hpp"
#include "storage/key_rotation.hpp"

namespace gatehouse::auth {

class SubjectKeysCopy final : public data_copy::ReadAhead {
 public:
  // `rows` are the keys of `store`. All three outlive it.
  SubjectKeysCopy(crypto::SubjectKeyStore& store, storage::WrappedRows& rows, BlockingPool& pool)
      : store_(store), rows_(rows), pool_(pool) {}

  [[nodiscard]] std::string_view name() const override { return "subject_keys"; }
  [[nodiscard]] Awaitable<Result<void>> write(std::vector<data_copy::Record> records) override;
  [[nodiscard]] Awaitable<Result<void>> remove(std::vector<std::string> keys) override;

 private:
  [[nodiscard]] Awaitable<Result<Stretch>> stretch(std::string after) override;
  // Those that are there already, under other bytes, are to be replaced by what this answers.
  [[nodiscard]] Result<std::vector<storage::Rewrapped>> put(const std::vector<data_copy::Record>& records);

  crypto::SubjectKeyStore& store_;
  storage::WrappedRows& rows_;
  BlockingPool& pool_;
};

}  // namespace gatehouse::auth
