#include "service/keys/key_provider.hpp"

#include <cstdlib>

#include <fmt/format.h>

#include "core/durable_file.hpp"
#include "core/fields.hpp"
#include "crypto/passphrase.hpp"
#include "service/keys/vault_keys.hpp"

namespace gatehouse::service {

namespace fs = std::filesystem;

namespace {

// With the place in front of what is wrong.
template <class T>
Result<T> located(Result<T> result, std::string_view place) {
  if (!result) result.error().detail = fmt::format("{}: {}", place, result.error().detail);
  return result;
}

Result<crypto::KeyRing> opened(const fs::path& file, const Secret& passphrase) {
  const auto pem = core::read_file(file);
  if (!pem) return fail(pem);
  const auto text = located(crypto::open_with_passphrase(*pem, passphrase), file.string());
  if (!text) return fail(text);
  return located(crypto::KeyRing::from_json(text->reveal()), file.string());
}

Result<void> sealed(const fs::path& file, const Secret& passphrase, const crypto::KeyRing& ring) {
  const auto pem = crypto::seal_with_passphrase(ring.to_json(), passphrase);
  if (!pem) return fail(pem);
  return core::write_durably(file, *pem, core::kOwnerOnly);
}

Secret without_line_end(std::string text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return Secret(std::move(text));
}

Result<Secret> passphrase_of(Fields& fields, const fs::path& secrets) {
  const auto file = fields.maybe_text("passphrase_file", {.bytes_max = 255});
  const auto variable = fields.maybe_text("passphrase_variable", {.bytes_max = 255});
  if (file.has_value() == variable.has_value()) {
    return refuse(ErrorKind::invalid, "invalid_field",
                  "settings.field_keys: needs either passphrase_file or passphrase_variable");
  }
  if (file) {
    auto text = core::read_file(secrets / *file);
    if (!text) return fail(ErrorKind::invalid, "secret_missing", text.error().detail);
    return without_line_end(std::move(*text));
  }
  const char* value = std::getenv(variable->c_str());
  if (value == nullptr)
    return fail(ErrorKind::invalid, "secret_missing", "environment variable " + *variable);
  return Secret(value);
}

Result<std::unique_ptr<KeyProvider>> passphrase_provider(Fields& fields, const fs::path& secrets,
                                                         runtime::BlockingPool& pool) {
  auto passphrase = passphrase_of(fields, secrets);
  if (!passphrase) return fail(passphrase);
  return std::make_unique<PassphraseFileKeys>(secrets / "field_keys.pem", std::move(*passphrase), pool);
}

}  // namespace

std::string stamp_of(const fs::path& file) {
  std::error_code ignored;
  const auto written = fs::last_write_time(file, ignored);
  return fmt::format("{}/{}", written.time_since_epoch().count(), fs::file_size(file, ignored));
}

Awaitable<Result<crypto::KeyRing>> JsonFileKeys::load(Deadline) {
  co_return crypto::KeyRing::from_json_file(file_, use_);
}

Awaitable<Result<void>> JsonFileKeys::save(crypto::KeyRing ring, Deadline) {
  co_return core::write_durably(file_, ring.to_json().reveal(), core::kOwnerOnly);
}

std::string JsonFileKeys::stamp() const {
  return stamp_of(file_);
}

Awaitable<Result<crypto::KeyRing>> EnvironmentKeys::load(Deadline) {
  const char* text = std::getenv(variable_.c_str());
  if (text == nullptr) {
    co_return fail(ErrorKind::internal, "key_ring_unreadable",
                   fmt::format("environment variable {} is not set", variable_));
  }
  co_return located(crypto::KeyRing::from_json(text), "environment variable " + variable_);
}

Awaitable<Result<void>> EnvironmentKeys::save(crypto::KeyRing, Deadline) {
  co_return refuse(ErrorKind::unprocessable, "keys_are_read_only",
                   fmt::format("set {} anew and restart the role", variable_));
}

Awaitable<Result<crypto::KeyRing>> PassphraseFileKeys::load(Deadline) {
  auto work = [this] { return opened(file_, passphrase_); };
  co_return co_await pool_.run(std::move(work));
}

Awaitable<Result<void>> PassphraseFileKeys::save(crypto::KeyRing ring, Deadline) {
  auto work = [this, &ring] { return sealed(file_, passphrase_, ring); };
  co_return co_await pool_.run(std::move(work));
}

std::string PassphraseFileKeys::stamp() const {
  return stamp_of(file_);
}

Result<std::unique_ptr<KeyProvider>> make_key_provider(const json::object* settings, const fs::path& secrets,
                                                       runtime::BlockingPool& pool) {
  if (settings == nullptr) return std::make_unique<JsonFileKeys>(secrets / "field_keys.json");
  Fields fields{*settings, "settings.field_keys"};
  const std::string provider = fields.required_text("provider");
  Result<std::unique_ptr<KeyProvider>> made = nullptr;
  if (provider == "file") {
    made = std::make_unique<JsonFileKeys>(secrets / "field_keys.json");
  } else if (provider == "environment") {
    made = std::make_unique<EnvironmentKeys>(fields.required_text("variable", {.bytes_max = 255}));
  } else if (provider == "passphrase") {
    made = passphrase_provider(fields, secrets, pool);
  } else if (provider == "vault") {
    made = std::make_unique<VaultKeys>(secrets / "field_keys.vault",
                                       storage::vault::Options::read(fields, secrets));
  } else {
    fields.reject("provider", "must be file, environment, passphrase or vault");
  }
  if (!made) return made;
  if (const auto complete = fields.finish(); !complete) return fail(complete);
  return made;
}

}  // namespace gatehouse::service
