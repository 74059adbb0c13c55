// A loopback proxy for CONNECT that does what a test tells it, and remembers all that went through it:
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
    tunnel,        // answers and leads through
    mute,          // takes the request and never answers
    hang_up,       // closes instead of answering
    reset,         // RST instead of answering
    answer_first,  // answers before it has read anything
  };
  std::string user_password = "";  // that it wants, "ada:secret"; else it answers 407; empty: none
  std::string challenge = "Basic realm=\"proxy\"";                    // Proxy-Authenticate of the 407
  std::string reply = "HTTP/1.1 200 Connection established\r\n\r\n";  // other than 2xx: then it hangs up
  bool byte_by_byte = false;                                          // each byte of the reply in one write
  std::string endless = "";  // repeated behind the reply until the client is gone
  habit does = habit::tunnel;
  std::uint16_t lead_to = 0;      // port on 127.0.0.1 where tunnels lead, whatever name was asked for
  std::size_t dies_after = 0;     // bytes of the client in the tunnel, then it closes both sides; 0: never
  std::size_t answers_until = 0;  // bytes of the server in the tunnel, then it closes both sides; 0: never
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
  std::string tunnelled() const;                        // all bytes of clients behind their CONNECT
  std::size_t connections() const;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::testing
