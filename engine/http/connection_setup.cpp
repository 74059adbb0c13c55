// Opens a connection: resolves, connects, opens a tunnel, shakes hands. No byte of a request leaves before
// that is done, so any failure here means `not_sent`.
#include "engine/http/connection.hpp"
#include "engine/http/tls_context.hpp"
#include "engine/sys/clock.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <vector>

namespace pawl::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// How long to wait, before the first request, for a server that asked for a client certificate to refuse it.
// A server that accepts it usually speaks too (session tickets), one round trip later; a silent one costs
// this time for each new connection. Chosen: longer than a round trip around the globe.
constexpr duration verdict_wait = std::chrono::milliseconds{500};

std::string to_text(const asio::ip::tcp::endpoint& e) {
  const auto address = e.address().to_string();
  const auto port = std::to_string(e.port());
  return e.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

std::string seconds_text(duration d) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

}  // namespace

asio::awaitable<transport_fault> connection::open() {
  const auto& proxy = needs_.options.proxy;
  auto fault = co_await connect();
  if (proxy && (fault == transport_fault::resolve || fault == transport_fault::connect)) {
    fault = transport_fault::proxy;
    if (!detail_.starts_with(proxy->host)) detail_ = proxy->name() + ": " + detail_;
  }
  if (fault == transport_fault::none && proxy) fault = co_await tunnel();
  if (fault == transport_fault::none) fault = co_await handshake();
  deadline_ = time_point::max();
  reusable_ = fault == transport_fault::none && abort_ == abort_reason::none;
  if (fault == transport_fault::none && !reusable_)
    fault = fail(transport_fault::connect, "no connection in time");
  if (fault != transport_fault::none) close();
  co_return fault;
}

asio::awaitable<transport_fault> connection::connect() {
  const auto& options = needs_.options;
  const auto& host = options.proxy ? options.proxy->host : options.target.host;
  const auto connect_by = after(clock::now(), options.connect_timeout);
  deadline_ = connect_by;

  std::vector<tcp::endpoint> endpoints;
  if (needs_.address) {
    endpoints.emplace_back(*needs_.address, needs_.port);
  } else {
    name_lookup::waiter waiter(needs_.names);
    lookup_wake_ = &waiter.alarm;
    while (!waiter.answer && abort_ == abort_reason::none) co_await waiter.alarm.sleep();
    lookup_wake_ = nullptr;
    if (!waiter.answer)
      co_return fail(transport_fault::resolve,
                     host + ": no answer in " + seconds_text(options.connect_timeout));
    if (!waiter.answer->error.empty()) co_return fail(transport_fault::resolve, waiter.answer->error);
    endpoints = waiter.answer->endpoints;
    // Plain HTTP was allowed because the name is a loopback name, so only loopback addresses may be used.
    if (!options.target.tls && options.target.loopback)
      std::erase_if(endpoints, [](const tcp::endpoint& e) { return !e.address().is_loopback(); });
    if (endpoints.empty()) co_return fail(transport_fault::resolve, host + ": no loopback address");
  }

  co_return co_await connect_to(std::move(endpoints));
}

asio::awaitable<transport_fault> connection::connect_to(std::vector<tcp::endpoint> endpoints) {
  address_race race(io_, families_in_turn(endpoints));
  if (abort_ == abort_reason::none) {
    connecting_ = &race;
    co_await race.run();
    connecting_ = nullptr;
  }
  auto won = race.take();
  if (abort_ != abort_reason::none || !won) {
    const auto last = race.last();
    const bool in_time = last.why && abort_ == abort_reason::none;
    auto why = to_text(last.at) + ": " + (in_time ? last.why.message() : "no answer in time");
    if (last.tried > 1) why += " (the last of " + std::to_string(last.tried) + " addresses)";
    co_return fail(transport_fault::connect, std::move(why));
  }
  // A request is one write: waiting to fill a segment (Nagle) could only delay it.
  error_code error;
  const auto peer = won->remote_endpoint(error);
  if (!error) won->set_option(tcp::no_delay(true), error);
  if (!error) won->non_blocking(true, error);
  if (!error) fd_ = won->release(error);
  if (!error) error = watch_.enter(fd_);
  if (error) co_return fail(transport_fault::connect, to_text(peer) + ": " + error.message());
  co_return transport_fault::none;
}

asio::awaitable<transport_fault> connection::tunnel() {
  const auto& proxy = *needs_.options.proxy;
  const auto& target = needs_.options.target;
  const auto failed = [&](const std::string& what) {
    return fail(transport_fault::proxy, proxy.name() + ": " + what);
  };
  deadline_ = after(clock::now(), needs_.options.connect_timeout);
  stream_.open(fd_, nullptr);  // never fails without TLS

  const auto request = tunnel_request(proxy, target);
  std::size_t sent = 0;
  tunnel_reply reply;
  std::array<char, 1024> room;
  for (;;) {
    if (abort_ != abort_reason::none)
      co_return failed("no answer to CONNECT in " + seconds_text(needs_.options.connect_timeout));
    const bool sending = sent != request.size();
    const auto step =
        sending ? stream_.write(std::string_view{request}.substr(sent)) : stream_.read(std::span<char>{room});
    if (step.is == io_state::want_read || step.is == io_state::want_write) {
      auto change =
          watch_.wait(sending ? socket_watch::change::readable_or_writable : socket_watch::change::readable);
      co_await std::move(change);
      continue;
    }
    if (step.is == io_state::ended) co_return failed("closed the connection instead of answering CONNECT");
    if (step.is != io_state::ready) co_return failed(stream_.reason());
    if (sending) {
      sent += step.bytes;
      continue;
    }
    const auto is = reply.add({room.data(), step.bytes});
    if (is == tunnel_reply::state::established) co_return transport_fault::none;
    if (is == tunnel_reply::state::reading) continue;
    const auto what = proxy.name() + ": " + reply.explain(proxy, target);
    const bool wants_credentials = is == tunnel_reply::state::refused && reply.status() == 407;
    co_return fail(wants_credentials ? transport_fault::proxy_credentials : transport_fault::proxy, what);
  }
}

asio::awaitable<transport_fault> connection::handshake() {
  if (!stream_.open(fd_, needs_.tls)) co_return fail(transport_fault::handshake, stream_.reason());
  deadline_ = after(clock::now(), needs_.options.handshake_timeout);
  for (;;) {
    const auto step = stream_.handshake();
    if (step.is == io_state::ready) break;
    if (step.is != io_state::want_read && step.is != io_state::want_write) {
      if (stream_.untrusted())
        co_return fail(transport_fault::untrusted,
                       "certificate of " + needs_.options.target.host + ": " + stream_.reason());
      if (stream_.certificate_refused()) co_return certificate_refused();
      co_return fail(transport_fault::handshake, stream_.reason());
    }
    if (abort_ != abort_reason::none)
      co_return fail(transport_fault::handshake,
                     "not finished in " + seconds_text(needs_.options.handshake_timeout));
    auto change = watch_.wait(step.is == io_state::want_read ? socket_watch::change::readable
                                                             : socket_watch::change::readable_or_writable);
    co_await std::move(change);
  }
  if (needs_.tls == nullptr || !stream_.verdict_is_due()) co_return transport_fault::none;
  co_return co_await verdict_on_certificate();
}

// Waits for a server to refuse the client certificate. So the refusal comes before a request is on its way,
// and no retry is needed to find it out.
asio::awaitable<transport_fault> connection::verdict_on_certificate() {
  const auto handshake_by = deadline_;
  deadline_ = std::min(handshake_by, after(clock::now(), verdict_wait));
  if (abort_ == abort_reason::none) {
    // What the server says comes after our last message, so not reading first misses no change.
    auto change = watch_.wait(socket_watch::change::readable);
    co_await std::move(change);
  }
  if (abort_ == abort_reason::timeout && clock::now() < handshake_by) abort_ = abort_reason::none;
  switch (stream_.peek().is) {
    case io_state::ready:
    case io_state::want_read:
    case io_state::want_write:
      co_return transport_fault::none;
    case io_state::alert:
      if (stream_.certificate_refused()) co_return certificate_refused();
      break;
    default:
      break;
  }
  co_return fail(transport_fault::handshake, stream_.reason());
}

transport_fault connection::certificate_refused() {
  const auto& host = needs_.options.target.host;
  return fail(transport_fault::client_certificate,
              (needs_.tls->has_client_certificate() ? host + " does not accept the client certificate: "
                                                    : host + " asks for a client certificate: ") +
                  stream_.reason());
}

}  // namespace pawl::http
