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

}  // namespace gatehouse::service
