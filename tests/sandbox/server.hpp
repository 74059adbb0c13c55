// The I/O around the service: listeners, TLS, connections, delays, broken endings, outages. One thread. It
// decides nothing about the API.
#pragma once

#include "tests/sandbox/service.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <vector>

namespace sandbox {

struct server_options {
  std::uint16_t port = 0;                   // 0: a free one
  std::chrono::microseconds idle_close{0};  // 0: connections may stay idle for ever
};

class server {
 public:
  // Listens on 127.0.0.1 and, if the machine has it, ::1. A null `tls` means plain http. A second port,
  // always plain http and on 127.0.0.1, has only the control endpoints; outages do not affect it. Throws
  // boost::system::system_error if a port is not available. All references must outlive the server.
  server(boost::asio::io_context&, boost::asio::ssl::context* tls, service&, journal&, const monotonic_clock&,
         server_options);
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  std::uint16_t port() const { return port_; }
  std::uint16_t control_port() const { return control_port_; }

  // Closes everything; io_context::run() returns when the last connection has ended.
  void stop();

 private:
  struct link;  // one connection, as the sweep and outages know it
  struct registration;
  struct impl;  // the coroutines, which need Beast

  void open_listeners();
  void close_listeners();
  void set_outage(outage_kind, std::chrono::microseconds for_how_long);
  void sweep();
  void close_all();

  boost::asio::io_context& io_;
  boost::asio::ssl::context* tls_;
  service& service_;
  journal& journal_;
  const monotonic_clock& clock_;
  server_options options_;
  std::uint16_t port_ = 0, control_port_ = 0;
  std::vector<boost::asio::ip::address> addresses_;
  std::vector<std::shared_ptr<boost::asio::ip::tcp::acceptor>> listeners_;  // shared with their coroutines
  // Bound but not listening: they keep the port reserved while an outage refuses connections.
  std::vector<boost::asio::ip::tcp::socket> placeholders_;
  std::shared_ptr<boost::asio::ip::tcp::acceptor> control_listener_;
  std::list<link*> links_;
  std::vector<boost::asio::ip::tcp::socket> ignored_;  // accepted during a silent outage
  boost::asio::steady_timer sweep_timer_, outage_timer_;
  outage_kind outage_ = outage_kind::none;
  std::uint64_t connections_ = 0;
  bool stopping_ = false;
};

}  // namespace sandbox
