#include "tests/support/scripted/scripted_proxy.hpp"

#include "tests/support/scripted/sockets.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <string_view>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace pawl::testing {
namespace {

// RFC 4648 4.
std::string base64(std::string_view text) {
  static constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8U | (i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      out += i + k > text.size() ? '=' : digits[bits >> (18U - 6U * k) & 63U];
  }
  return out;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return at;
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd, bytes.data(), bytes.size(), 0);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

void immediate(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

struct scripted_proxy::impl {
  explicit impl(proxy_options o) : options(std::move(o)) {
    listener = descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (listener.get() < 0) give_up("socket");
    auto at = loopback(0);
    if (::bind(listener.get(), reinterpret_cast<sockaddr*>(&at), sizeof at) != 0) give_up("bind");
    if (::listen(listener.get(), 512) != 0) give_up("listen");
    socklen_t size = sizeof at;
    if (::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&at), &size) != 0) give_up("getsockname");
    port = ntohs(at.sin_port);
    const sigpipe_blocked meanwhile;
    acceptor = std::thread([this] { accept_all(); });
  }

  ~impl() {
    stopping = true;
    ::shutdown(listener.get(), SHUT_RDWR);
    acceptor.join();
    {
      const std::lock_guard lock(mutex);
      for (const auto& [number, fd] : open) ::shutdown(fd, SHUT_RDWR);
    }
    for (auto& t : threads) t.join();
  }

  void accept_all() {
    while (!stopping) {
      const int fd = ::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) {
        if (errno == EINTR || errno == ECONNABORTED) continue;
        return;  // shut down
      }
      immediate(fd);
      const std::lock_guard lock(mutex);
      const auto number = accepted++;
      open[number] = fd;
      threads.emplace_back([this, number, fd] {
        serve(fd);
        const std::lock_guard done(mutex);
        open.erase(number);
        ::close(fd);
      });
    }
  }

  void serve(int client) {
    using habit = proxy_options::habit;
    std::string head;
    if (options.does == habit::answer_first && !answer(client, options.reply)) return;
    if (!read_head(client, head)) return;
    {
      const std::lock_guard lock(mutex);
      heads.push_back(head);
    }
    switch (options.does) {
      case habit::mute: {
        pollfd gone{client, POLLRDHUP, 0};
        ::poll(&gone, 1, -1);
        return;
      }
      case habit::hang_up:
        return;
      case habit::reset: {
        const linger now{1, 0};
        ::setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        return;
      }
      case habit::answer_first:
      case habit::tunnel:
        break;
    }
    const auto wanted = "\r\nProxy-Authorization: Basic " + base64(options.user_password) + "\r\n";
    if (!options.user_password.empty() && head.find(wanted) == std::string::npos) {
      answer(client, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: " +
                         options.challenge + "\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    if (options.does == habit::tunnel && !answer(client, options.reply)) return;
    if (options.lead_to != 0) lead(client);
  }

  bool read_head(int client, std::string& head) {
    char c = 0;  // byte by byte, because the bytes behind the head belong to the tunnel
    while (!head.ends_with("\r\n\r\n")) {
      if (::recv(client, &c, 1, 0) != 1) return false;
      head += c;
    }
    return true;
  }

  bool answer(int client, const std::string& text) {
    if (options.byte_by_byte) {
      for (const char c : text)
        if (!send_all(client, {&c, 1})) return false;
    } else if (!send_all(client, text)) {
      return false;
    }
    if (options.endless.empty()) return true;
    while (send_all(client, options.endless)) {
    }
    return false;
  }

  void lead(int client) {
    const descriptor server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    auto to = loopback(options.lead_to);
    if (::connect(server.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) return;
    immediate(server.get());
    std::array<char, 16384> room;
    std::size_t up = 0, down = 0;
    for (;;) {
      std::array<pollfd, 2> both{pollfd{client, POLLIN, 0}, pollfd{server.get(), POLLIN, 0}};
      if (::poll(both.data(), both.size(), -1) < 0) return;
      const bool from_client = both[0].revents != 0;
      const int from = from_client ? client : server.get(), into = from_client ? server.get() : client;
      auto& counted = from_client ? up : down;
      const auto limit = from_client ? options.dies_after : options.answers_until;
      const auto wanted = limit == 0 ? room.size() : std::min(room.size(), limit - counted);
      const auto n = ::recv(from, room.data(), wanted, 0);
      if (n <= 0) return;
      counted += static_cast<std::size_t>(n);
      const std::string_view bytes{room.data(), static_cast<std::size_t>(n)};
      if (from_client) {
        const std::lock_guard lock(mutex);
        tunnelled.append(bytes);
      }
      if (!send_all(into, bytes)) return;
      if (limit != 0 && counted == limit) return;
    }
  }

  const proxy_options options;
  descriptor listener;
  std::uint16_t port = 0;
  std::thread acceptor;
  std::atomic<bool> stopping{false};

  mutable std::mutex mutex;  // guards everything below
  std::map<std::size_t, int> open;
  std::vector<std::thread> threads;
  std::vector<std::string> heads;
  std::string tunnelled;
  std::size_t accepted = 0;
};

scripted_proxy::scripted_proxy(proxy_options options) : impl_(std::make_unique<impl>(std::move(options))) {}
scripted_proxy::~scripted_proxy() = default;

std::uint16_t scripted_proxy::port() const {
  return impl_->port;
}
std::string scripted_proxy::url() const {
  return "http://127.0.0.1:" + std::to_string(impl_->port);
}
std::string scripted_proxy::url(const std::string& user_info) const {
  return "http://" + user_info + "@127.0.0.1:" + std::to_string(impl_->port);
}
std::vector<std::string> scripted_proxy::heads() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->heads;
}
std::string scripted_proxy::tunnelled() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->tunnelled;
}
std::size_t scripted_proxy::connections() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->accepted;
}

}  // namespace pawl::testing
