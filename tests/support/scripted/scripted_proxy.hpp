// A loopback proxy for CONNECT that does what a test tells it, and records all that passes through it:
//
//   scripted_proxy proxy({.user_password = "ada:secret", .lead_to = server.port()});
//
// One blocking thread per connection. It shares no code with the engine. All members may be called from any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace pawl::testing {

struct proxy_options {
  enum class habit {
    tunnel,        // answers and opens the tunnel
    mute,          // reads the request and never answers
    hang_up,       // closes instead of answering
    reset,         // RST instead of answering
    answer_first,  // answers before it has read anything
  };
  std::string user_password = "";  // "ada:secret": required, else it answers 407; empty: not required
  std::string challenge = "Basic realm=\"proxy\"";                    // Proxy-Authenticate of the 407
  std::string reply = "HTTP/1.1 200 Connection established\r\n\r\n";  // if not 2xx, it hangs up after it
  bool byte_by_byte = false;                                          // each byte of the reply in one write
  std::string endless = "";  // sent again and again behind the reply until the client closes
  habit does = habit::tunnel;
  std::uint16_t lead_to = 0;  // the port on 127.0.0.1 to which all tunnels lead, whatever name was asked for
  // It closes both sides after so many bytes in the tunnel, from the client and from the server; 0: never.
  std::size_t dies_after = 0;
  std::size_t answers_until = 0;
};

class scripted_proxy {
 public:
  explicit scripted_proxy(proxy_options);  // listens when it returns; throws std::runtime_error
  ~scripted_proxy();
  scripted_proxy(const scripted_proxy&) = delete;
  scripted_proxy& operator=(const scripted_proxy&) = delete;

  std::uint16_t port() const;
  std::string url() const;                              // http://127.0.0.1:PORT
  std::string url(const std::string& user_info) const;  // http://USER_INFO@127.0.0.1:PORT
  std::vector<std::string> heads() const;               // the header block of each CONNECT
  std::string tunnelled() const;                        // all bytes that clients sent behind their CONNECT
  std::size_t connections() const;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::testing
