// Connects to the first of a name's addresses that answers, as "Happy Eyeballs" (RFC 8305) does: an attempt
// for the next address begins when the one before has failed, or is 250 ms old. A first address that is dead
// (IPv6 without a route, a host that was taken down) then costs a quarter of a second instead of a time-out.
// Network thread only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace pawl::http {

// The same addresses with IPv4 and IPv6 in turn, beginning with the family of the first one; the order within
// a family stays (RFC 8305 section 4).
std::vector<boost::asio::ip::tcp::endpoint> families_in_turn(
    const std::vector<boost::asio::ip::tcp::endpoint>&);

class address_race {
 public:
  using tcp = boost::asio::ip::tcp;

  // The Connection Attempt Delay of RFC 8305 section 8.
  static constexpr std::chrono::milliseconds attempt_delay{250};

  // Takes at least one address.
  address_race(boost::asio::io_context&, std::vector<tcp::endpoint>);
  ~address_race();  // closes what is still under way
  address_race(const address_race&) = delete;
  address_race& operator=(const address_race&) = delete;

  // Call it once. Returns when one address has connected, when none can any more, or after cancel().
  boost::asio::awaitable<void> run();
  // Makes run() end as soon as it can.
  void cancel();

  // After run(): gives the connected socket to the caller; unset: there is none.
  std::optional<tcp::socket> take();
  // After run() without a socket: the address that was tried last, and why it failed; no error if it had not
  // answered yet.
  struct defeat {
    tcp::endpoint at;
    boost::system::error_code why;
    std::size_t tried = 0;  // addresses so far
  };
  defeat last() const;

 private:
  struct impl;
  std::shared_ptr<impl> impl_;  // shared with the handlers of attempts that lost
};

}  // namespace pawl::http
