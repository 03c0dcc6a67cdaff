#include "service/keys/loaded_keys.hpp"

#include "service/keys/key_provider.hpp"

namespace gatehouse::service {
namespace {

constexpr std::chrono::milliseconds kProviderTime{10'000};

}  // namespace

Awaitable<Result<crypto::Envelope>> load_envelope(const Config& config, BlockingPool& pool) {
  const json::value* keys = config.settings.if_contains("field_keys");
  const json::object* settings = keys == nullptr ? nullptr : keys->if_object();
  const auto provider = make_key_provider(settings, config.secrets_dir(), pool);
  if (!provider) co_return fail(provider);
  auto ring = co_await (*provider)->load(Deadline::after(kProviderTime));
  if (!ring) co_return fail(ring);
  co_return crypto::Envelope(std::make_shared<const crypto::KeyRing>(std::move(*ring)));
}

Awaitable<Result<crypto::BlindIndex>> load_index(const Config& config) {
  JsonFileKeys keys(config.secrets_dir() / "blind_index.key", crypto::KeyUse::index);
  auto ring = co_await keys.load(Deadline::after(kProviderTime));
  if (!ring) co_return fail(ring);
  auto loaded = std::make_shared<const crypto::KeyRing>(std::move(*ring));
  co_return crypto::BlindIndex(std::make_shared<const crypto::LiveKeyRing>(std::move(loaded)));
}

}  // namespace gatehouse::service
