// A loopback server that does what a test tells it, with TLS or without, and records what it was asked:
//
//   scripted_server server;
//   server.when("/items").reply(429, "Retry-After: 2").then(200);
//   server.when("/cut").raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc").and_close();
//
// There is one blocking thread per connection, so that a script reads as what happens on the wire. It shares
// no code with the engine. All members may be called from any thread.
#pragma once

#include "tests/support/scripted/test_certificates.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::testing {

struct server_options {
  bool tls = true;
  certificate_kind certificate = certificate_kind::good;
  std::string address = "127.0.0.1";               // or "::1"
  std::uint16_t port = 0;                          // 0: the system chooses
  std::shared_ptr<const certificate_chain> chain;  // replaces `certificate` unless it is null
  // Used instead of both if the client names such a host (SNI).
  std::map<std::string, std::shared_ptr<const certificate_chain>, std::less<>> chain_by_name;
  bool only_tls_1_0 = false;
  bool only_tls_1_1 = false;
  bool only_tls_1_2 = false;
  bool only_tls_1_3 = false;
  bool require_client_certificate = false;  // it must be signed by the test CA
  bool ask_for_client_certificate = false;  // but accepts that there is none
  bool no_tickets = false;                  // TLS 1.3: sends nothing after the handshake
  bool never_accept = false;          // connections stay in the backlog: they open, and nothing more happens
  bool refuse_after_accept = false;   // closes each connection before the handshake
  std::string plain_greeting;         // sent before anything else, instead of a handshake
  bool stall_after_greeting = false;  // stalls after the greeting instead of closing
  std::chrono::milliseconds before_handshake{0};  // a wait before each handshake
  std::string early;                              // sent after the handshake, before any request
  int receive_buffer = 0;                         // SO_RCVBUF of the connections; 0: the system's
};

inline server_options plain_http() {
  server_options o;
  o.tls = false;
  return o;
}

struct received_request {
  std::size_t connection = 0;  // 0-based, in the order of acceptance
  std::string method, target, head, body;
};

// How a script answers one request. A route makes it.
struct scripted_reply {
  enum class ending { keep, close, cut, reset, stall, repeat };
  std::vector<std::string> pieces;  // each one write (TLS: one record)
  std::string repeated;             // with ending::repeat
  ending then = ending::keep;
  std::chrono::milliseconds before{0};   // a wait before the first piece
  std::chrono::milliseconds between{0};  // a wait after each piece
  bool body_unread = false;  // the reply is sent after the head, and the rest of the request stays unread
};

// The replies to one path, in order, whichever connection asks; the last one repeats. Modifiers change the
// reply that was added last.
class route {
 public:
  // A whole reply with Content-Length. `header_lines` are separated by newlines.
  route& reply(int status, std::string_view header_lines = {}, std::string_view body = "{}");
  route& then(int status, std::string_view header_lines = {}, std::string_view body = "{}");
  // Sends exactly these bytes.
  route& raw(std::string bytes);
  route& pieces(std::vector<std::string> each_one_write);

  route& in_pieces_of(std::size_t bytes);
  route& after(std::chrono::milliseconds);
  route& paced(std::chrono::milliseconds between_pieces);
  route& without_reading_the_body();
  route& and_close();                    // orderly: close_notify, then FIN
  route& and_cut();                      // FIN without close_notify
  route& and_reset();                    // RST
  route& and_repeat(std::string bytes);  // again and again until the client is gone
  route& and_stall();  // keeps the connection open and neither reads nor writes until the server ends

 private:
  friend class scripted_server;
  std::vector<scripted_reply> replies_;
  std::size_t used_ = 0;
};

class scripted_server {
 public:
  explicit scripted_server(server_options = {});  // listens when it returns; throws std::runtime_error
  ~scripted_server();
  scripted_server(const scripted_server&) = delete;
  scripted_server& operator=(const scripted_server&) = delete;

  // Sets the replies for requests to this target (the whole target). Other targets are answered with 404.
  // Scripts must be set before the requests come.
  route& when(std::string target);

  std::uint16_t port() const;
  std::string url() const;             // https://127.0.0.1:PORT or http://...
  const std::string& ca_file() const;  // PEM file with the CA, removed with the server
  std::vector<received_request> requests() const;
  std::size_t connections() const;                // accepted so far
  std::size_t open_connections() const;           // those whose thread still runs
  std::size_t resumed_handshakes() const;         // TLS sessions that were resumed
  std::vector<std::string> server_names() const;  // SNI of each handshake; empty: none
  std::vector<std::string> client_names() const;  // in the client certificate of each completed handshake
  std::string wire() const;                       // every byte that came, as it came (encrypted)
  std::uint64_t bytes_sent() const;  // of replies; what is counted lies where the client can read it

  // Ends every connection that is open now: in an orderly way, or by RST.
  void close_connections();
  // Sends bytes that nobody asked for on every open connection; plain servers only.
  void say(std::string_view bytes);
  // Fills the backlog of a server that never accepts, so that further connections hang.
  void fill_backlog();

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::testing
