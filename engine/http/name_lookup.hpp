// Resolves the endpoint's name with the system's resolver, which blocks: on a thread of its own, started for
// one lookup and never waited for. Asio's resolver would hold up the end of the process until getaddrinfo
// returns, which takes 10 s and more where DNS is down. Everybody who asks meanwhile shares the lookup.
// Network thread only.
#pragma once

#include "engine/async/wakeup.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace pawl::http {

// Either has addresses or an error text.
struct name_addresses {
  std::vector<boost::asio::ip::tcp::endpoint> endpoints;  // in the system's order (RFC 6724)
  std::string error;
};

class name_lookup {
 public:
  name_lookup(boost::asio::io_context&, std::string host, std::uint16_t port);
  ~name_lookup();  // a lookup under way is abandoned
  name_lookup(const name_lookup&) = delete;
  name_lookup& operator=(const name_lookup&) = delete;

  // One who waits. The lookup wakes `alarm` when the answer is there; the waiter's own deadline may wake it
  // before. Must not outlive the lookup.
  class waiter {
   public:
    explicit waiter(name_lookup&);
    ~waiter();
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;

    async::wakeup alarm;
    std::shared_ptr<const name_addresses> answer;  // null: not yet

   private:
    friend class name_lookup;
    name_lookup& lookup_;
  };

 private:
  struct shared;
  void start();
  void answered(const std::shared_ptr<const name_addresses>&);

  boost::asio::io_context& io_;
  const std::string host_;
  const std::uint16_t port_;
  std::vector<waiter*> waiters_;
  std::shared_ptr<shared> running_;
};

}  // namespace pawl::http
