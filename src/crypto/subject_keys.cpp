#include "crypto/subject_keys.hpp"

namespace gatehouse::crypto {

namespace {

constexpr std::string_view kErased = "subject_erased";

}  // namespace

std::unexpected<Error> subject_erased() {
  return refuse(ErrorKind::not_found, kErased);
}

bool is_erased(const Error& error) {
  return error.reason == kErased;
}

std::vector<Result<std::string>> SubjectKeyStore::add_all(const std::vector<Key>& keys) {
  std::vector<Result<std::string>> counting;
  counting.reserve(keys.size());
  for (const Key& key : keys) counting.push_back(add(key.subject, key.wrapped));
  return counting;
}

Result<RecordKey> SubjectKeys::find(const RecordName& name) const {
  const auto wrapped = store_->find(name.record);
  if (!wrapped) return fail(wrapped);
  return envelope_.unlock(name, *wrapped);
}

Result<RecordKey> SubjectKeys::obtain(const RecordName& name) const {
  auto known = find(name);
  if (known || known.error().reason != "unknown_subject") return known;
  const auto fresh = envelope_.create(name);
  if (!fresh) return fail(fresh);
  const auto kept = store_->add(name.record, fresh->second);
  if (!kept) return fail(kept);
  return envelope_.unlock(name, *kept);
}

Result<void> SubjectKeys::adopt(const RecordName& name, std::string_view wrapped) const {
  const auto kept = store_->add(name.record, wrapped);
  if (!kept) return fail(kept);
  if (*kept != wrapped) return fail(ErrorKind::internal, "subject_has_another_key", name.record);
  return {};
}

}  // namespace gatehouse::crypto
