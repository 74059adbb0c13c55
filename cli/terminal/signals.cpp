#include "cli/terminal/signals.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <stdexcept>

namespace pawl::cli {
namespace {

// Signal handlers can use globals only. Each of these is lock-free, or is set before the handlers are
// installed.
constexpr std::array watched{SIGINT, SIGTERM, SIGHUP};
std::atomic<app::stop_request*> asked{nullptr};
std::array<struct sigaction, watched.size()> before;
static_assert(std::atomic<app::stop_request*>::is_always_lock_free);

extern "C" void ask_to_stop(int number) {
  if (auto* request = asked.load()) request->ask(number);
}

}  // namespace

signal_handlers::signal_handlers(app::stop_request& request) {
  if (asked.load() != nullptr) throw std::logic_error("signals are handled twice at once");
  asked = &request;
  struct sigaction handler{};
  handler.sa_handler = ask_to_stop;
  sigemptyset(&handler.sa_mask);
  for (std::size_t i = 0; i < watched.size(); ++i) {
    ::sigaction(watched[i], nullptr, &before[i]);
    // An ignored SIGHUP is meant so (nohup) and stays ignored. An ignored SIGINT only means that a script has
    // put us in the background, so it stops us all the same.
    if (watched[i] != SIGHUP || before[i].sa_handler != SIG_IGN) ::sigaction(watched[i], &handler, nullptr);
  }
  // A closed peer or pipe must fail the write, not end the process.
  std::signal(SIGPIPE, SIG_IGN);
}

signal_handlers::~signal_handlers() {
  for (std::size_t i = 0; i < watched.size(); ++i) ::sigaction(watched[i], &before[i], nullptr);
  asked = nullptr;
}

}  // namespace pawl::cli
