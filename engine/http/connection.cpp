#include "engine/http/connection.hpp"

#include "engine/sys/clock.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

#include <unistd.h>

namespace pawl::http {

namespace asio = boost::asio;
namespace {

constexpr int reads_in_a_row = 64;  // chosen: up to 1 MiB in full records, under a millisecond

std::string received_text(std::size_t bytes) {
  return bytes == 0 ? "before the first byte of the reply"
                    : "after " + std::to_string(bytes) + " bytes of the reply";
}

}  // namespace

connection::connection(asio::io_context& io, const connection_needs& needs)
    : io_(io),
      needs_(needs),
      watch_(needs.sockets),
      parser_(reply_limits{needs.options.max_reply_bytes, needs.options.max_header_bytes}, needs.buffers) {}

connection::~connection() {
  close();
}

void connection::close() {
  // close(2) frees the descriptor even if it fails, and unsent bytes do not matter.
  if (connecting_ != nullptr) connecting_->cancel();
  if (fd_ < 0) return;
  if (reusable()) stream_.close_notify();
  reusable_ = false;
  watch_.leave();
  static_cast<void>(::close(fd_));
  fd_ = -1;
}

wait_handler connection::abandon() {
  home = nullptr;
  auto waiter = watch_.abandon();
  close();
  parser_.reset();
  return waiter;
}

void connection::abort(abort_reason why) {
  if (abort_ != abort_reason::none) return;
  abort_ = why;
  if (lookup_wake_ != nullptr) lookup_wake_->wake();
  if (connecting_ != nullptr) connecting_->cancel();
  watch_.wake();
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
  looked_at_ = stream_.peek().is == io_state::want_read;
  return looked_at_;
}

asio::awaitable<attempt_fact> connection::exchange(std::string_view request, time_point deadline) {
  assert(!request.empty());
  if (!reusable_ || abort_ != abort_reason::none) {
    sent_before_ = stream_.bytes_sent();
    co_return no_answer(transport_fault::closed, "the connection was closed before");
  }
  reusable_ = false;  // set again if the exchange leaves the connection clean
  // Bytes that came before the request are no reply to it.
  const auto said = looked_at_ ? io_result{io_state::want_read, 0} : stream_.peek();
  looked_at_ = false;
  deadline_ = deadline != time_point::max() ? deadline : after(clock::now(), needs_.options.attempt_timeout);
  sent_before_ = stream_.bytes_sent();
  parser_.reset();
  if (said.is == io_state::alert) co_return turned_down();
  if (said.is != io_state::want_read)
    co_return no_answer(transport_fault::closed, said.is == io_state::ready
                                                     ? "the server spoke before it was asked"
                                                     : "the server closed the connection before the request");

  std::string write_error;
  std::size_t sent = 0;
  bool may_write = true, may_read = false;  // no reply can be there before the request is sent
  for (;;) {
    while (may_write && sent != request.size() && abort_ == abort_reason::none) {
      const auto put = stream_.write(request.substr(sent));
      if (put.is == io_state::ready) {
        sent += put.bytes;
      } else if (put.is == io_state::want_write || put.is == io_state::want_read) {
        may_write = false;
      } else {
        // The peer may have answered and closed before it read the whole request, so look for its reply.
        write_error = stream_.reason();
        may_write = false;
        may_read = true;
        break;
      }
    }

    // A server that sends faster than we read (perhaps in records of a byte each) must not delay the
    // deadlines, which other code on this thread checks.
    for (int reads = 0; may_read; ++reads) {
      if (reads == reads_in_a_row) {
        reads = 0;
        co_await asio::post(io_, asio::use_awaitable);
        if (abort_ != abort_reason::none) break;
      }
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
      if (got.is == io_state::alert) co_return turned_down();
      co_return no_answer(transport_fault::closed,
                          "the server closed the connection " + received_text(parser_.received()));
    }

    if (!write_error.empty()) co_return no_answer(transport_fault::reset, std::move(write_error));
    if (abort_ != abort_reason::none)
      co_return no_answer(transport_fault::timeout, "time ran out " + received_text(parser_.received()));
    // While the socket is full, listen too: a server that answers now may never read the rest of the request.
    may_write = sent != request.size();
    auto change =
        watch_.wait(may_write ? socket_watch::change::readable_or_writable : socket_watch::change::readable);
    co_await std::move(change);
    may_read = true;
  }
}

attempt_fact connection::answer(bool request_sent) {
  deadline_ = time_point::max();
  answered_before_ = true;
  // Bytes behind the reply, now or later, would be taken for the next reply.
  reusable_ = request_sent && parser_.keep_alive() && parser_.excess() == 0;
  attempt_fact fact;
  parser_.conceal_secrets();
  fact.reached = phase::answered;
  fact.status = parser_.status();
  fact.headers = parser_.headers();
  fact.body = parser_.body();
  return fact;
}

attempt_fact connection::turned_down() {
  if (!stream_.certificate_refused() || answered_before_)
    return no_answer(transport_fault::closed, "the server refused: " + stream_.reason());
  auto fact = no_answer(certificate_refused(), detail_);
  // Our bytes have left, but the server refused the certificate in the handshake (RFC 8446 4.4.2.4), and it
  // reads no request before the handshake is over.
  fact.reached = phase::not_sent;
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
