// Keep-alive connections to one endpoint. Asio, Beast and OpenSSL types stay behind the .cpp as far as they
// can; the users see attempts as facts. Network thread only.
//
// SIGPIPE needs no setting: sockets are written with MSG_NOSIGNAL.
//
// Cost of an exchange on a connection that is there: one send, two receives (one of them the look at the idle
// connection), a share of an epoll_wait, no timer; four small allocations, all of them OpenSSL's.
#pragma once

#include "engine/http/endpoint.hpp"
#include "engine/http/peer_facts.hpp"
#include "engine/http/transport_options.hpp"
#include "engine/model/attempt.hpp"
#include "engine/model/error.hpp"
#include "engine/model/time.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::http {

// `fresh`: a connection that cannot have died unseen, for jobs that are not replay-safe: a new one, or one
// that was idle for less than 1 s. `unused`: one that has carried nothing yet.
enum class freshness : std::uint8_t { any, fresh, unused };

class connection;
struct pool_core;

// A connection on loan. Destroying it gives the connection back to the pool if it is clean, else closes it.
// Must not outlive the pool.
class lease {
 public:
  lease() noexcept;
  lease(lease&&) noexcept;
  lease& operator=(lease&&) noexcept;
  ~lease();
  explicit operator bool() const noexcept { return connection_ != nullptr; }

  // Sends the request, whole, and reads the reply to it. Never throws for network errors: they are in the
  // fact. `request` must stay alive and unchanged until it returns, and so must the lease. The deadline
  // time_point::max() is attempt_timeout from now. The views of the fact live in the
  // connection: until the next exchange or the end of the lease.
  //
  // not_sent: the kernel took no byte. maybe_applied: it took at least one. answered: the reply is whole
  // (also where it came before the request was sent whole). A second exchange on the lease is possible as
  // long as the first left the connection clean; else it is not_sent, closed.
  boost::asio::awaitable<attempt_fact> exchange(std::string_view request, time_point deadline);

  // Tells that time has passed since the connection was taken: exchange() looks at it once more before it
  // sends.
  void waited() noexcept;

  // Closes the connection even if it is clean, so that no later request uses it.
  void discard() noexcept;

  // Who is at the other end; empty without a connection.
  peer_facts peer() const;

 private:
  friend class connection_pool;
  explicit lease(std::unique_ptr<connection>) noexcept;
  std::unique_ptr<connection> connection_;
};

struct acquired {
  lease connection;   // empty on failure
  attempt_fact fact;  // on failure: not_sent, with fault and detail; detail is a view into the next member
  std::unique_ptr<const std::string> detail;
};

class connection_pool {
 public:
  // Reads the PEM files at once. Failures: kind usage, naming the file and OpenSSL's reason, or the setting.
  static expected<std::unique_ptr<connection_pool>> create(boost::asio::io_context&,
                                                           const transport_options&);
  // To be called when every lease is gone and every acquire has returned (cancel_all() hurries them), and
  // before the end of the io_context.
  ~connection_pool();

  // An idle connection (the most recently used first, checked for EOF), or a new one: resolve, connect to
  // each address in turn, a tunnel through the proxy if there is one, handshake with verification. Bounded by
  // the callers: one per slot.
  boost::asio::awaitable<acquired> acquire(freshness);

  // The first half of acquire, without a coroutine: an idle connection, or an empty lease.
  lease take_idle(freshness);

  // To be called about every 50 ms: cancels operations past their deadline and closes idle connections. One
  // coarse sweep takes the place of a timer per operation, so without it nothing ever times out.
  void sweep(time_point now);

  // Cancels everything: operations under way end with transport_fault::cancelled, also the next one of each
  // lease now held. Idle connections are closed.
  void cancel_all();

  // Idle, on loan and being opened.
  std::size_t open_connections() const noexcept;

 private:
  explicit connection_pool(std::unique_ptr<pool_core>);
  std::unique_ptr<pool_core> core_;
};

}  // namespace pawl::http
