// Resolves the endpoint's name with the system's resolver. The resolver blocks, so each lookup has a thread
// of its own, which nobody waits for. (Asio's resolver would delay the end of the process until getaddrinfo
// returns, which takes 10 s and more while DNS is down.) All who ask during a lookup share it. Network thread
// only.
#pragma once

#include "engine/async/wakeup.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace pawl::http {

// Has either addresses or an error text.
struct name_addresses {
  std::vector<boost::asio::ip::tcp::endpoint> endpoints;  // in the system's order (RFC 6724)
  std::string error;
};

class name_lookup {
 public:
  name_lookup(boost::asio::io_context&, std::string host, std::uint16_t port);
  ~name_lookup();  // abandons a lookup under way
  name_lookup(const name_lookup&) = delete;
  name_lookup& operator=(const name_lookup&) = delete;

  // Somebody who waits for the answer. The lookup wakes `alarm` when the answer is there; the waiter's own
  // deadline may wake it before. A waiter must not outlive the lookup.
  class waiter {
   public:
    explicit waiter(name_lookup&);
    ~waiter();
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;

    async::wakeup alarm;
    std::shared_ptr<const name_addresses> answer;  // null: there is no answer yet

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
