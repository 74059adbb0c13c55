#include "engine/async/side_thread.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace pawl::async {

struct side_thread::impl {
  std::function<then()> step;
  std::mutex mutex;
  std::condition_variable called;
  bool is_nudged = false, is_stopped = false;
  std::thread thread;

  void work() {
    for (;;) {
      const auto next = step();
      if (next == then::end) return;
      std::unique_lock lock{mutex};
      if (next == then::rest) called.wait(lock, [this] { return is_nudged || is_stopped; });
      is_nudged = false;
      if (is_stopped) return;
    }
  }
};

side_thread::side_thread(boost::asio::io_context&, std::function<then()> step)
    : impl_(std::make_shared<impl>()) {
  impl_->step = std::move(step);
  impl_->thread = std::thread{[raw = impl_.get()] { raw->work(); }};
}

side_thread::~side_thread() {
  {
    const std::lock_guard lock{impl_->mutex};
    impl_->is_stopped = true;
  }
  impl_->called.notify_one();
  impl_->thread.join();
}

void side_thread::nudge() {
  {
    const std::lock_guard lock{impl_->mutex};
    impl_->is_nudged = true;
  }
  impl_->called.notify_one();
}

}  // namespace pawl::async
