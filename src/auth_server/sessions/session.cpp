#include "auth_server/sessions/session.hpp"

#include <algorithm>

namespace gatehouse::auth_server {

core::SystemTime expires_at(const Session& session, const Lifetimes& lifetimes) {
  return std::min<core::SystemTime>(session.last_seen_at + lifetimes.session_idle,
                                    session.created_at + lifetimes.session_max);
}

bool is_live(const Session& session, const Lifetimes& lifetimes, core::SystemTime now) {
  return !session.ended_at && now < expires_at(session, lifetimes);
}

bool needs_touch(const Session& session, const Lifetimes& lifetimes, core::SystemTime now) {
  const std::chrono::microseconds step =
      std::min<std::chrono::microseconds>(std::chrono::minutes(1), lifetimes.session_idle / 30);
  return now - session.last_seen_at >= step;
}

Session seen(Session session, core::SystemTime now) {
  session.last_seen_at = std::max(session.last_seen_at, now);
  return session;
}

}  // namespace gatehouse::auth_server
