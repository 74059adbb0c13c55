#include "cli/terminal/signals.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace pawl::cli {
namespace {

// Signal handlers reach nothing but globals. All are lock-free or set before the handlers are.
constexpr std::array watched{SIGINT, SIGTERM, SIGHUP};
std::atomic<int> first_signal{0};
std::atomic<bool> any_signal{false};
std::array<int, 2> wake{-1, -1};  // a pipe: what wakes the io_context
std::array<struct sigaction, watched.size()> before;
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

extern "C" void remember(int number) {
  const int saved = errno;
  int none = 0;
  first_signal.compare_exchange_strong(none, number);
  any_signal = true;
  const auto byte = static_cast<char>(number);
  // A full pipe means that thousands wait to be read already.
  [[maybe_unused]] const auto written = ::write(wake[1], &byte, 1);
  errno = saved;
}

}  // namespace

signal_watch::signal_watch() {
  if (wake[0] >= 0) throw std::logic_error("two signal watches at once");
  if (::pipe2(wake.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "a pipe for signals");
  first_signal = 0;
  any_signal = false;
  struct sigaction handler{};
  handler.sa_handler = remember;
  sigemptyset(&handler.sa_mask);
  for (std::size_t i = 0; i < watched.size(); ++i) {
    ::sigaction(watched[i], nullptr, &before[i]);
    // nohup means it. An ignored SIGINT only means that a script put us in the background: asked to stop, we
    // stop.
    if (watched[i] != SIGHUP || before[i].sa_handler != SIG_IGN) ::sigaction(watched[i], &handler, nullptr);
  }
  // A closed peer or pipe is an error of the write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
}

signal_watch::~signal_watch() {
  for (std::size_t i = 0; i < watched.size(); ++i) ::sigaction(watched[i], &before[i], nullptr);
  for (auto& fd : wake) ::close(std::exchange(fd, -1));
}

int signal_watch::first() const noexcept {
  return first_signal;
}

const std::atomic<bool>& signal_watch::came() const noexcept {
  return any_signal;
}

boost::asio::awaitable<void> signal_watch::watch(boost::asio::io_context& context,
                                                 std::function<void(int, int)> on_signal) {
  if (std::exchange(stopped_, false)) co_return;
  boost::asio::posix::stream_descriptor reader{context, ::dup(wake[0])};
  reader_ = &reader;
  int so_far = 0;
  for (;;) {
    std::array<char, 16> numbers{};
    const auto buffer = boost::asio::buffer(numbers);
    const auto [failed, count] =
        co_await reader.async_read_some(buffer, boost::asio::as_tuple(boost::asio::use_awaitable));
    if (failed) break;  // stop() closed it
    for (std::size_t i = 0; i < count; ++i) on_signal(numbers[i], ++so_far);
  }
  reader_ = nullptr;
}

void signal_watch::stop() {
  if (reader_ != nullptr)
    reader_->close();
  else
    stopped_ = true;
}

std::string_view signal_name(int number) noexcept {
  switch (number) {
    case SIGINT:
      return "SIGINT";
    case SIGTERM:
      return "SIGTERM";
    case SIGHUP:
      return "SIGHUP";
    default:
      return "signal";
  }
}

}  // namespace pawl::cli
