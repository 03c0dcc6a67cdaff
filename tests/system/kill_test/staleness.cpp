#include "tests/system/kill_test/staleness.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/text.hpp"

namespace gatehouse::tests::kill {

namespace {

using std::chrono::milliseconds;

constexpr const char* kPerson = "pia";  // does not shop
constexpr milliseconds kBetweenChanges{100};
constexpr milliseconds kBetweenReads{20};   // of one instance
constexpr milliseconds kAfterFailure{500};  // a sign-in costs a password's hash

// The ETag of a person is its version.
std::optional<std::int64_t> version_of(const http::Reply& reply) {
  std::string_view tag = reply.headers.get("ETag");
  if (tag.size() < 3) return std::nullopt;
  return core::parse_int<std::int64_t>(tag.substr(1, tag.size() - 2));
}

}  // namespace

class StalenessWatch::Window {
 public:
  Window(const RunningPlatform& platform, std::size_t instance)
      : platform_(platform), agent_(platform.direct(fmt::format("auth-{}", instance + 1), "gateway-1")) {}

  // The version that this instance shows. Nothing if it does not answer.
  std::optional<std::int64_t> read() { return ask(demo::get("/users/me")); }
  // The version that the change has made. Nothing if it was not made, or nobody knows.
  std::optional<std::int64_t> change(std::uint64_t number) {
    http::Request request = demo::post_json("/users/me", {{"last_name", fmt::format("Purser {}", number)}});
    request.method = "PATCH";
    request.headers.set("If-Match", fmt::format("\"{}\"", newest_));
    const auto version = ask(std::move(request));
    if (version) newest_ = *version;
    return version;
  }

 private:
  std::optional<std::int64_t> ask(http::Request request) {
    if (token_.empty()) {
      const auto fresh = platform_.sign_in(kPerson);
      if (!fresh) return std::nullopt;
      token_ = fresh->access.reveal();
    }
    request.headers.set("Authorization", "Bearer " + token_);
    const auto reply = agent_->send(std::move(request));
    if (!reply) return std::nullopt;
    if (reply->status == 401) token_.clear();
    // An answer was lost, and the change was made: a look would show what the cache believes.
    if (reply->status == 412) ++newest_;
    return reply->status == 200 ? version_of(*reply) : std::nullopt;
  }

  const RunningPlatform& platform_;
  std::unique_ptr<demo::UserAgent> agent_;
  std::string token_;
  std::int64_t newest_ = 1;  // what it believes to change
};

StalenessWatch::StalenessWatch(const RunningPlatform& platform, std::size_t instances)
    : platform_(platform), instances_(instances) {
  threads_.emplace_back([this] { change_until_stopped(); });
  for (std::size_t i = 0; i < instances; ++i) threads_.emplace_back([this, i] { read_until_stopped(i); });
}

StalenessWatch::~StalenessWatch() {
  is_stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
}

void StalenessWatch::change_until_stopped() {
  Window window(platform_, 0);
  for (std::uint64_t number = 1; !is_stopping_; ++number) {
    const auto version = window.change(number);
    if (version) {
      const std::lock_guard lock(mutex_);
      acknowledged_.emplace(*version, Clock::now());
    }
    pause(version ? kBetweenChanges : kAfterFailure);
  }
}

void StalenessWatch::read_until_stopped(std::size_t instance) {
  Window window(platform_, instance);
  while (!is_stopping_) {
    const auto begun = Clock::now();
    const auto version = window.read();
    if (version) note_read(*version, begun);
    pause(version ? kBetweenReads : kAfterFailure);
  }
}

// Old since the first newer version was acknowledged.
void StalenessWatch::note_read(std::int64_t version, Clock::time_point begun) {
  const std::lock_guard lock(mutex_);
  const auto newer = acknowledged_.upper_bound(version);
  const bool is_old = newer != acknowledged_.end() && newer->second < begun;
  ages_.push_back(is_old ? std::chrono::ceil<milliseconds>(begun - newer->second) : milliseconds{0});
}

std::int64_t StalenessWatch::last_change() {
  const std::lock_guard lock(mutex_);
  return acknowledged_.empty() ? 0 : acknowledged_.rbegin()->first;
}

std::string StalenessWatch::lag_of(std::size_t instance) {
  Window window(platform_, instance);
  std::optional<std::int64_t> shown;
  const bool is_seen = eventually(kBound, [&] {
    shown = window.read();
    return shown && *shown >= last_change();
  });
  if (is_seen) return {};
  return fmt::format("auth-{} shows version {} after {} was acknowledged", instance + 1,
                     shown ? std::to_string(*shown) : "nothing instead of a", last_change());
}

StalenessFigures StalenessWatch::stop() {
  is_stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  StalenessFigures figures{.changes = acknowledged_.size(), .reads = ages_.size()};
  for (std::size_t i = 0; i < instances_; ++i) {
    if (auto lag = lag_of(i); !lag.empty()) figures.behind.push_back(std::move(lag));
  }
  std::ranges::sort(ages_);
  if (ages_.empty()) return figures;
  figures.old_reads =
      std::uint64_t(std::ranges::count_if(ages_, [](milliseconds age) { return age.count() > 0; }));
  figures.too_old =
      std::uint64_t(std::ranges::count_if(ages_, [](milliseconds age) { return age > kBound; }));
  figures.p99 = ages_[(ages_.size() - 1) * 99 / 100];
  figures.max = ages_.back();
  return figures;
}

}  // namespace gatehouse::tests::kill
