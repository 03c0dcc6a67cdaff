#include "services/auth/shared_keys.hpp"

#include <limits>

#include "services/auth/adapters/person_row.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth {

namespace mongo = storage::mongo;
namespace sqlite = storage::sqlite;

namespace {

constexpr std::size_t kPage = 200;

std::unique_ptr<mongo::Client> open_client(const mongo::Options& options) {
  auto client = mongo::Client::open(options, mongo::prepare_subject_keys);
  if (!client) throw service::StartError(client.error());
  return std::move(*client);
}

// A key that is there already should be the same, perhaps under a later version of the ring; a tombstone
// wins. Another key is one that an instance made which did not have this file: then nobody may choose but the
// operator.
Result<void> add_all(crypto::SubjectKeyStore& to, const std::vector<storage::WrappedRow>& keys) {
  for (const storage::WrappedRow& key : keys) {
    const auto added = to.add(key.id, key.wrapped);
    if (!added && crypto::is_erased(added.error())) continue;
    if (!added) return fail(added);
    if (!crypto::Envelope::hold_the_same_key(*added, key.wrapped))
      return fail(ErrorKind::conflict, "subject_has_another_key", key.id);
  }
  return {};
}

Result<void> copy_tombstones(crypto::SubjectKeyStore& from, crypto::SubjectKeyStore& to,
                             core::SystemTime now) {
  for (std::string after;;) {
    const auto page = from.erased(after, kPage);
    if (!page) return fail(page);
    if (page->empty()) return {};
    for (const std::string& subject : *page) {
      if (auto destroyed = to.destroy(subject, now); !destroyed) return destroyed;
    }
    after = page->back();
  }
}

}  // namespace

SharedKeys::SharedKeys(service::Service& service, service::RoleKeys& keys, const mongo::Options& options)
    : file_(service.config().secrets_dir() / "subject_keys.db"),
      pool_(service.pool()),
      client_(open_client(options)),
      rows_(*client_, std::string(mongo::kSubjectKeyCollection)),
      keys_(keys.envelope(), std::make_shared<mongo::SubjectKeyCollection>(*client_)) {
  const auto name_of = [](const std::string& subject) { return record_name_of(subject); };
  keys.rewrap(mongo::kSubjectKeyCollection, rows_, name_of);
}

Awaitable<Result<std::size_t>> SharedKeys::copy_keys(sqlite::SubjectKeyFile& file) {
  sqlite::AsyncDatabase database(file.database(), pool_);
  sqlite::SqliteWrappedRows rows(database, sqlite::kSubjectKeyTable);
  std::size_t copied = 0;
  for (std::string after;;) {
    const auto page = co_await rows.below(std::numeric_limits<std::uint32_t>::max(), after, kPage);
    if (!page) co_return fail(page);
    if (page->empty()) co_return copied;
    // Awaited at once: the page stays in this frame.
    auto work = [this, &page] { return add_all(keys_.store(), *page); };
    const auto added = co_await pool_.run(std::move(work));
    if (!added) co_return fail(added);
    copied += page->size();
    after = page->back().id;
  }
}

Awaitable<Result<void>> SharedKeys::take_over_file() {
  std::error_code ignored;
  if (!std::filesystem::exists(file_, ignored)) co_return Result<void>{};
  const auto file = sqlite::SubjectKeyFile::open(file_.string());
  if (!file) co_return fail(file);
  const auto copied = co_await copy_keys(**file);
  if (!copied) co_return fail(copied);
  auto bury = [this, &file] { return copy_tombstones(**file, keys_.store(), core::SystemClock().now()); };
  const auto buried = co_await pool_.run(std::move(bury));
  if (!buried) co_return buried;
  for (const char* tail : {"-wal", "-shm", ""}) std::filesystem::remove(file_.string() + tail, ignored);
  log::info("subject-keys-moved", "the keys of people are in their database now; the file is gone",
            {log::field("keys.count", *copied)});
  co_return Result<void>{};
}

}  // namespace gatehouse::auth
