#include "engine/http/name_lookup.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <netdb.h>

namespace pawl::http {
namespace {

struct free_addresses {
  void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

name_addresses resolve(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;  // asks for no IPv6 addresses on a machine without IPv6
  addrinfo* raw = nullptr;
  int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &raw);
  if (error == EAI_NONAME || error == EAI_ADDRFAMILY) {
    // AI_ADDRCONFIG does not count the loopback interface; a machine that has no other is asked again without
    // the hint.
    hints.ai_flags = 0;
    error = ::getaddrinfo(host.c_str(), nullptr, &hints, &raw);
  }
  name_addresses found;
  if (error != 0) {
    found.error =
        host + ": " + (error == EAI_SYSTEM ? std::system_category().message(errno) : ::gai_strerror(error));
    return found;
  }
  const std::unique_ptr<addrinfo, free_addresses> list(raw);
  for (const auto* a = list.get(); a != nullptr; a = a->ai_next) {
    boost::asio::ip::tcp::endpoint endpoint;
    if (a->ai_addrlen > endpoint.capacity()) continue;  // neither IPv4 nor IPv6
    endpoint.resize(a->ai_addrlen);
    std::copy_n(reinterpret_cast<const char*>(a->ai_addr), a->ai_addrlen,
                reinterpret_cast<char*>(endpoint.data()));
    endpoint.port(port);
    found.endpoints.push_back(endpoint);
  }
  if (found.endpoints.empty()) found.error = host + ": no address";
  return found;
}

}  // namespace

// State shared by the lookup's thread and the network thread. `owner` is null once nobody wants the answer.
struct name_lookup::shared {
  std::mutex mutex;
  name_lookup* owner = nullptr;
};

name_lookup::name_lookup(boost::asio::io_context& io, std::string host, std::uint16_t port)
    : io_(io), host_(std::move(host)), port_(port) {}

name_lookup::~name_lookup() {
  if (!running_) return;
  const std::lock_guard lock(running_->mutex);
  running_->owner = nullptr;
}

void name_lookup::start() {
  running_ = std::make_shared<shared>();
  running_->owner = this;
  try {
    std::thread([state = running_, host = host_, port = port_] {
      auto answer = std::make_shared<const name_addresses>(resolve(host, port));
      // While the lock is held the owner lives, and so does its io_context.
      const std::lock_guard lock(state->mutex);
      if (state->owner == nullptr) return;
      boost::asio::post(state->owner->io_, [state, answer = std::move(answer)]() {
        // The owner is destroyed on the network thread, so it lives during this call.
        if (state->owner != nullptr) state->owner->answered(answer);
      });
    }).detach();
  } catch (const std::system_error& e) {
    auto answer = std::make_shared<name_addresses>();
    answer->error = host_ + ": no thread to resolve it: " + e.what();
    boost::asio::post(io_, [state = running_, answer = std::move(answer)]() {
      if (state->owner != nullptr) state->owner->answered(answer);
    });
  }
}

void name_lookup::answered(const std::shared_ptr<const name_addresses>& answer) {
  running_.reset();
  for (auto* w : std::exchange(waiters_, {})) {
    w->answer = answer;
    w->alarm.wake();
  }
}

name_lookup::waiter::waiter(name_lookup& lookup) : alarm(lookup.io_), lookup_(lookup) {
  lookup.waiters_.push_back(this);
  if (!lookup.running_) lookup.start();
}

name_lookup::waiter::~waiter() {
  std::erase(lookup_.waiters_, this);
}

}  // namespace pawl::http
