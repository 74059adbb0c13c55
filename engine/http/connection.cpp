#include "engine/http/connection.hpp"

#include "engine/http/awaited.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <utility>
#include <vector>

namespace pawl::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

std::string to_text(const asio::ip::tcp::endpoint& e) {
  const auto address = e.address().to_string();
  const auto port = std::to_string(e.port());
  return e.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

std::string seconds_text(duration d) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

std::string received_text(std::size_t bytes) {
  return bytes == 0 ? "before the first byte of the reply"
                    : "after " + std::to_string(bytes) + " bytes of the reply";
}

// `start + d` without overflow, for settings such as duration::max().
time_point after(time_point start, duration d) {
  return d > time_point::max() - start ? time_point::max() : start + d;
}

}  // namespace

connection::connection(asio::io_context& io, const connection_needs& needs)
    : io_(io),
      needs_(needs),
      socket_(io),
      parser_(reply_limits{needs.options.max_reply_bytes, needs.options.max_header_bytes}) {}

connection::~connection() {
  close();
}

void connection::close() {
  if (!socket_.is_open()) return;
  if (reusable()) stream_.close_notify();
  reusable_ = false;
  error_code ignored;  // close(2) gives the descriptor back in any case, and nothing unsent is of interest
  socket_.close(ignored);
}

void connection::abort(abort_reason why) {
  if (abort_ != abort_reason::none) return;
  abort_ = why;
  if (lookup_wake_ != nullptr) lookup_wake_->cancel();
  error_code ignored;  // fails only if the socket is not open: then nothing waits for it
  socket_.cancel(ignored);
}

transport_fault connection::fail(transport_fault fault, std::string detail) {
  detail_ = std::move(detail);
  if (abort_ == abort_reason::cancelled) {
    detail_ = "cancelled";
    return transport_fault::cancelled;
  }
  return fault;
}

bool connection::quiet() {
  return stream_.peek().is == io_state::want_read;
}

asio::awaitable<transport_fault> connection::open() {
  auto fault = co_await connect();
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
  const auto connect_by = after(clock::now(), options.connect_timeout);
  deadline_ = connect_by;

  std::vector<tcp::endpoint> endpoints;
  if (needs_.address) {
    endpoints.emplace_back(*needs_.address, options.target.port);
  } else {
    name_lookup::waiter waiter(needs_.names);
    lookup_wake_ = &waiter.wake;
    while (!waiter.answer && abort_ == abort_reason::none) {
      error_code ignored;  // always operation_aborted: the timer is only cancelled, the loop asks why
      awaited woken([&](auto&& token) { return waiter.wake.async_wait(std::move(token)); }, ignored);
      co_await std::move(woken);
    }
    lookup_wake_ = nullptr;
    if (!waiter.answer)
      co_return fail(transport_fault::resolve,
                     options.target.host + ": no answer in " + seconds_text(options.connect_timeout));
    if (!waiter.answer->error.empty()) co_return fail(transport_fault::resolve, waiter.answer->error);
    endpoints = waiter.answer->endpoints;
    // Plain HTTP was allowed because the name says loopback: hold it to that.
    if (!options.target.tls && options.target.loopback)
      std::erase_if(endpoints, [](const tcp::endpoint& e) { return !e.address().is_loopback(); });
    if (endpoints.empty())
      co_return fail(transport_fault::resolve, options.target.host + ": no loopback address");
  }

  auto fault = transport_fault::connect;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    // Each address gets its share of the time that is left, so that a dead first one (IPv6 without a route)
    // does not use up the time of the others.
    const auto now = clock::now();
    const auto left = static_cast<duration::rep>(endpoints.size() - i);
    deadline_ = left == 1 ? connect_by : now + (std::max(connect_by, now) - now) / left;
    fault = co_await connect_to(endpoints[i]);
    if (fault != transport_fault::connect) co_return fault;
    if (abort_ == abort_reason::timeout && left > 1) abort_ = abort_reason::none;
  }
  if (endpoints.size() > 1) detail_ += " (the last of " + std::to_string(endpoints.size()) + " addresses)";
  co_return fault;
}

asio::awaitable<transport_fault> connection::connect_to(tcp::endpoint endpoint) {
  error_code error;
  if (socket_.is_open()) close();
  socket_.open(endpoint.protocol(), error);
  if (!error && abort_ == abort_reason::none) {
    awaited connected([&](auto&& token) { return socket_.async_connect(endpoint, std::move(token)); }, error);
    co_await std::move(connected);
  }
  if (abort_ != abort_reason::none)
    co_return fail(transport_fault::connect, to_text(endpoint) + ": no answer in time");
  // One write per request: waiting to fill a segment (Nagle) could only delay it.
  if (!error) socket_.set_option(tcp::no_delay(true), error);
  if (!error) socket_.non_blocking(true, error);
  if (error) co_return fail(transport_fault::connect, to_text(endpoint) + ": " + error.message());
  co_return transport_fault::none;
}

asio::awaitable<transport_fault> connection::handshake() {
  if (!stream_.open(socket_.native_handle(), needs_.tls))
    co_return fail(transport_fault::handshake, stream_.reason());
  deadline_ = after(clock::now(), needs_.options.handshake_timeout);
  for (;;) {
    const auto step = stream_.handshake();
    if (step.is == io_state::ready) co_return transport_fault::none;
    if (step.is != io_state::want_read && step.is != io_state::want_write) {
      if (stream_.untrusted())
        co_return fail(transport_fault::untrusted,
                       "certificate of " + needs_.options.target.host + ": " + stream_.reason());
      co_return fail(transport_fault::handshake, stream_.reason());
    }
    if (abort_ != abort_reason::none)
      co_return fail(transport_fault::handshake,
                     "not finished in " + seconds_text(needs_.options.handshake_timeout));
    const auto direction = step.is == io_state::want_read ? tcp::socket::wait_read : tcp::socket::wait_write;
    error_code error;
    awaited possible([&](auto&& token) { return socket_.async_wait(direction, std::move(token)); }, error);
    co_await std::move(possible);
    if (error && error != asio::error::operation_aborted)
      co_return fail(transport_fault::handshake, error.message());
  }
}

asio::awaitable<attempt_fact> connection::exchange(std::string_view request, time_point deadline) {
  assert(!request.empty());
  if (!reusable_ || abort_ != abort_reason::none) {
    sent_before_ = stream_.bytes_sent();
    co_return no_answer(transport_fault::closed, "the connection was closed before");
  }
  reusable_ = false;  // until the exchange has left it clean
  deadline_ = std::min(deadline, after(clock::now(), needs_.options.attempt_timeout));
  sent_before_ = stream_.bytes_sent();
  parser_.reset();

  std::string write_error;
  std::size_t sent = 0;
  bool may_write = true, may_read = false;  // no reply can be there before the request: do not ask for it
  for (;;) {
    while (may_write && sent != request.size() && abort_ == abort_reason::none) {
      const auto put = stream_.write(request.substr(sent));
      if (put.is == io_state::ready) {
        sent += put.bytes;
      } else if (put.is == io_state::want_write || put.is == io_state::want_read) {
        may_write = false;
      } else {
        // The peer may have answered and hung up before it read the request whole: look for its reply.
        write_error = stream_.reason();
        may_write = false;
        may_read = true;
        break;
      }
    }

    while (may_read) {
      const auto got = stream_.read(parser_.prepare());
      if (got.is == io_state::ready) {
        const auto is = parser_.commit(got.bytes);
        if (is == reply_parser::state::done) co_return answer(sent == request.size());
        if (is == reply_parser::state::malformed)
          co_return no_answer(transport_fault::malformed, std::string(parser_.reason()));
        if (is == reply_parser::state::oversized)
          co_return no_answer(transport_fault::oversized, std::string(parser_.reason()));
        continue;
      }
      if (got.is == io_state::want_read || got.is == io_state::want_write) {
        may_read = false;
        break;
      }
      if (got.is == io_state::ended && parser_.finish() == reply_parser::state::done) co_return answer(false);
      if (!write_error.empty()) co_return no_answer(transport_fault::reset, std::move(write_error));
      if (got.is == io_state::broken) co_return no_answer(transport_fault::reset, stream_.reason());
      if (got.is == io_state::alert)
        co_return no_answer(transport_fault::closed, "the server refused: " + stream_.reason());
      co_return no_answer(transport_fault::closed,
                          "the server closed the connection " + received_text(parser_.received()));
    }

    if (!write_error.empty()) co_return no_answer(transport_fault::reset, std::move(write_error));
    if (abort_ != abort_reason::none)
      co_return no_answer(transport_fault::timeout, "time ran out " + received_text(parser_.received()));
    if (sent == request.size()) {
      error_code error;
      awaited readable(
          [this](auto&& token) { return socket_.async_wait(tcp::socket::wait_read, std::move(token)); },
          error);
      co_await std::move(readable);
      if (error && error != asio::error::operation_aborted)
        co_return no_answer(transport_fault::reset, error.message());
    } else {
      // The socket is full. A server that answers now may never read the rest: listen while waiting.
      co_await readable_or_writable();
      may_write = true;
    }
    may_read = true;
  }
}

asio::awaitable<void> connection::readable_or_writable() {
  auto either =
      asio::experimental::make_parallel_group(socket_.async_wait(tcp::socket::wait_read, asio::deferred),
                                              socket_.async_wait(tcp::socket::wait_write, asio::deferred));
  const asio::experimental::wait_for_one first;
  // The results are not looked at: whatever woke us, the next read and write tell what is the matter.
  co_await either.async_wait(first, asio::use_awaitable);
}

attempt_fact connection::answer(bool request_sent) {
  deadline_ = time_point::max();
  // Anything that came behind the reply, or may still come for it, would be taken for the next one.
  reusable_ = request_sent && parser_.keep_alive() && parser_.excess() == 0;
  attempt_fact fact;
  fact.reached = phase::answered;
  fact.status = parser_.status();
  fact.headers = parser_.headers();
  fact.body = parser_.body();
  return fact;
}

attempt_fact connection::no_answer(transport_fault fault, std::string detail) {
  deadline_ = time_point::max();
  attempt_fact fact;
  fact.reached = stream_.bytes_sent() == sent_before_ ? phase::not_sent : phase::maybe_applied;
  fact.fault = fail(fault, std::move(detail));
  fact.detail = detail_;
  return fact;
}

}  // namespace pawl::http
