#include "engine/http/ready_set.hpp"

#include <boost/asio/post.hpp>

#include <cassert>
#include <cerrno>
#include <system_error>

#include <unistd.h>

namespace pawl::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

int new_set() {
  const int fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::system_category(), "epoll_create1");
  return fd;
}

// Asks for EPOLLOUT only if a waiter wants it. A socket has room nearly always, so the kernel would then also
// report a socket that has been read empty in the meantime.
epoll_event event_for(socket_watch* watch, socket_watch::change what) noexcept {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP | EPOLLET;
  if (what == socket_watch::change::readable_or_writable) event.events |= EPOLLOUT;
  event.data.ptr = watch;
  return event;
}

// Keeps a flag set during a scope, and clears it at the end if the flag's owner still exists.
struct still_collecting {
  still_collecting(bool& f, const std::weak_ptr<const bool>& t) : flag(f), there(t) { flag = true; }
  ~still_collecting() {
    if (!there.expired()) flag = false;
  }
  still_collecting(const still_collecting&) = delete;
  still_collecting& operator=(const still_collecting&) = delete;

  bool& flag;
  const std::weak_ptr<const bool>& there;
};

error_code last_error() {
  return {errno, boost::system::system_category()};
}

}  // namespace

ready_set::ready_set(asio::io_context& io)
    : io_(io), set_(io, new_set()), is_there_(std::make_shared<const bool>(true)) {}

ready_set::~ready_set() {
  assert(waiting_ == 0 && "a wait outlives its set");
}

void ready_set::one_more_waits() {
  ++waiting_;
  if (!listening_ && !collecting_) listen();
}

// Lets an io_context with nothing else to do end.
void ready_set::one_less_waits() {
  if (--waiting_ != 0 || !listening_) return;
  listening_ = false;
  set_.cancel();
}

void ready_set::listen() {
  listening_ = true;
  set_.async_wait(asio::posix::stream_descriptor::wait_read,
                  [this, there = std::weak_ptr(is_there_)](error_code error) {
                    // Cancelled by one_less_waits(), or because the set is destroyed.
                    if (error || there.expired()) return;
                    listening_ = false;
                    collect();
                  });
}

void ready_set::collect() {
  const std::weak_ptr there(is_there_);
  const still_collecting mark{collecting_, there};
  // Sockets that became ready while replies were handled are served at once, which saves the way through Asio
  // (two more system calls). The number of rounds is bounded, so that other work on this thread has its turn.
  constexpr int rounds = 8;  // chosen: some milliseconds with 64 connections
  for (int round = 0; round < rounds; ++round) {
    int count = 0;
    do count = ::epoll_wait(set_.native_handle(), events_.data(), static_cast<int>(events_.size()), 0);
    while (count < 0 && errno == EINTR);
    if (count < 0) throw std::system_error(errno, std::system_category(), "epoll_wait");
    if (count == 0) break;
    told_ = static_cast<std::size_t>(count);
    for (next_ = 0; next_ != told_;) {
      auto* watch = static_cast<socket_watch*>(events_[next_++].data.ptr);
      if (watch != nullptr) watch->changed();
      if (there.expired()) return;
    }
  }
  if (waiting_ != 0 && !listening_) listen();
}

void ready_set::forget(const socket_watch& watch) noexcept {
  for (auto i = next_; i != told_; ++i)
    if (events_[i].data.ptr == &watch) events_[i].data.ptr = nullptr;
}

error_code socket_watch::enter(int fd) {
  assert(fd_ < 0);
  interest_ = change::readable;
  changed_ = false;
  auto event = event_for(this, interest_);
  if (::epoll_ctl(set_.set_.native_handle(), EPOLL_CTL_ADD, fd, &event) != 0) return last_error();
  fd_ = fd;
  return {};
}

void socket_watch::leave() noexcept {
  if (fd_ < 0) return;
  assert(!waiter_);
  // This cannot fail for a descriptor that is open and in the set.
  static_cast<void>(::epoll_ctl(set_.set_.native_handle(), EPOLL_CTL_DEL, fd_, nullptr));
  fd_ = -1;
  set_.forget(*this);
}

void socket_watch::begin(wait_handler waiter, change what) {
  assert(!waiter_);
  if (what != interest_) set_interest(what);
  waiter_ = std::move(waiter);
  set_.one_more_waits();
  if (changed_) wake();
  changed_ = false;
}

void socket_watch::set_interest(change what) noexcept {
  auto event = event_for(this, what);
  const bool set = ::epoll_ctl(set_.set_.native_handle(), EPOLL_CTL_MOD, fd_, &event) == 0;
  assert(set && "a descriptor that is open and in the set");
  if (set)
    interest_ = what;
  else
    changed_ = true;  // the wait is over at once, and the next read or write finds the error
}

void socket_watch::changed() {
  if (!waiter_) {
    changed_ = true;
    return;
  }
  auto waiter = std::move(waiter_);
  set_.one_less_waits();
  std::move(waiter)();
}

wait_handler socket_watch::abandon() {
  if (waiter_) set_.one_less_waits();
  auto waiter = std::move(waiter_);
  leave();
  return waiter;
}

void socket_watch::wake() {
  if (!waiter_) return;
  set_.one_less_waits();
  asio::post(set_.io_, [waiter = std::move(waiter_)]() mutable { std::move(waiter)(); });
}

}  // namespace pawl::http
