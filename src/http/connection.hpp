// One client's connection, from its first byte to its last: read the head under limits, make the Exchange,
// let the handler fill the response, write it, finish; again, until one side has had enough.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/server.hpp"
#include "http/wire.hpp"

namespace gatehouse::http {

// The Date header of a worker, formatted once per second (RFC 9110 section 5.6.7).
class DateCache {
 public:
  [[nodiscard]] std::string_view now(core::SteadyTime steady_now);

 private:
  std::string text_;
  core::SteadyTime good_until_{};
};

class Connection;

// Memory of a request and its answer that the next one uses again, on whichever connection it comes.
struct SpareMessage {
  Headers request;
  Headers response;
};

// What the connections of one server share.
struct ServerContext {
  Handler& handler;
  ServerLimits limits;
  DateCache date;
  std::vector<Connection*> idle = {};  // between two requests: closed at once when the server drains
  std::vector<Body*> event_streams =
      {};  // being written: abandoned when the server drains, their readers come back
  std::vector<SpareMessage> spare = {};  // as many as were served at a time, up to a bound
  SpareHeads spare_heads = {};
  std::size_t active_requests = 0;
  bool is_draining = false;
};

class Connection {
 public:
  Connection(ServerContext& context, net::Stream stream);
  ~Connection();
  Connection(const Connection&) = delete;

  [[nodiscard]] Awaitable<> run();
  void close() { wire_.stream.close(); }

 private:
  // False: the connection ends.
  [[nodiscard]] Awaitable<bool> serve_one();
  [[nodiscard]] Awaitable<Result<std::string_view>> next_head();
  [[nodiscard]] Awaitable<bool> respond(Exchange& exchange, const HeadFacts& facts, WireBody& body);
  [[nodiscard]] Awaitable<Result<void>> write_response(Exchange& exchange, const HeadFacts& facts);
  [[nodiscard]] Awaitable<> refuse_head(const Error& error);
  [[nodiscard]] Awaitable<bool> drain(WireBody& body);
  void prepare(Exchange& exchange, const HeadFacts& facts, WireBody& body);
  void start_head(const Response& response);
  void use_spare(Exchange& exchange);
  void keep_spare(Exchange& exchange);
  void begin_idle();
  void end_idle();

  static constexpr std::size_t kBusy = static_cast<std::size_t>(-1);

  ServerContext& context_;
  Wire wire_;
  std::string head_;      // of the response, while it goes out
  core::SteadyTime now_;  // read once per request
  std::size_t served_ = 0;
  std::size_t idle_at_ = kBusy;  // its place in the context's list
  bool keeps_alive_ = true;
};

}  // namespace gatehouse::http
