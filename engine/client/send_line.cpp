#include "engine/client/send_line.hpp"

#include "engine/sys/clock.hpp"

#include <algorithm>

namespace pawl::client {
namespace asio = boost::asio;

// Joins the line, or keeps the place.
inline void send_line::stand(place& p, time_point now) {
  if (p.ticket_) return;
  const bool is_for_write = p.before_ != nullptr && p.before_->ticket_;
  p.ticket_ = is_for_write ? pacer_.join_for(*p.before_->ticket_, now) : pacer_.join(now);
}

bool send_line::is_near(place& p, time_point now, duration lead) {
  if (cancelled_) return false;
  stand(p, now);
  return pacer_.due(*p.ticket_, now) - now <= lead;
}

bool send_line::try_grant(place& p, time_point now) {
  if (cancelled_) return false;
  stand(p, now);
  auto asked = pacer_.acquire(*p.ticket_, now);
  const auto* slot = std::get_if<policy::pacer::slot>(&asked);
  if (slot == nullptr) return false;
  p.slot_ = *slot;
  p.ticket_.reset();
  if (!waiting_.empty()) head_alarm_.wake();
  return true;
}

asio::awaitable<bool> send_line::near_due(place& p, duration lead) {
  auto now = clock::now();
  stand(p, now);
  while (!cancelled_) {
    const auto due = pacer_.due(*p.ticket_, now);
    if (due - now <= lead) co_return true;
    p.for_ = place::waiting::near_due;
    waiting_.push_back(&p);
    co_await p.alarm_.sleep(due - lead);
    std::erase(waiting_, &p);
    p.for_ = place::waiting::no;
    now = clock::now();
  }
  leave(p);
  co_return false;
}

asio::awaitable<send_line::answer> send_line::grant(place& p) {
  auto now = clock::now();
  if (try_grant(p, now)) co_return answer::granted;
  while (!cancelled_) {
    if (pacer_.due(*p.ticket_, now) - now > 2 * connection_lead) co_return answer::delayed;
    p.for_ = place::waiting::grant;
    p.slot_.reset();
    waiting_.push_back(&p);
    head_alarm_.wake();
    co_await p.alarm_.sleep(now + connection_lead);
    std::erase(waiting_, &p);
    p.for_ = place::waiting::no;
    if (p.slot_) {
      p.ticket_.reset();
      co_return answer::granted;
    }
    now = clock::now();
  }
  leave(p);
  co_return answer::cancelled;
}

void send_line::leave(place& p) {
  if (!p.ticket_) return;
  pacer_.leave(*p.ticket_);
  p.ticket_.reset();
  // Everybody behind is due earlier now.
  wake_all();
  if (other_ != nullptr) other_->wake_all();
}

void send_line::wake_all() {
  for (auto* p : waiting_) p->alarm_.wake();
  head_alarm_.wake();
}

void send_line::closed(place& p, time_point now, const std::optional<policy::rate_facts>& facts,
                       double jitter01) {
  if (!p.slot_) return;
  pacer_.closed(*p.slot_, now, facts, jitter01);
  p.slot_.reset();
  changed();
}

void send_line::give_back(place& p, time_point now) {
  if (!p.slot_) return;
  pacer_.give_back(*p.slot_, now);
  p.slot_.reset();
  changed();
}

void send_line::changed() {
  if (!waiting_.empty()) head_alarm_.wake();
  if (other_ != nullptr && !other_->waiting_.empty()) other_->head_alarm_.wake();
}

void send_line::cancel_all() {
  cancelled_ = true;
  wake_all();
}

time_point send_line::pump(time_point now) {
  for (;;) {
    // Only the head is granted, so whoever is granted was the head; a head that still fetches its connection
    // is asked for by its own grant().
    bool granted = false;
    auto next = time_point::max();
    for (auto* p : waiting_) {
      if (p->for_ != place::waiting::grant || p->slot_ || pacer_.head() != p->ticket_) continue;
      auto asked = pacer_.acquire(*p->ticket_, now);
      if (auto* slot = std::get_if<policy::pacer::slot>(&asked)) {
        p->slot_ = *slot;
        p->alarm_.wake();
        granted = true;
      } else {
        next = std::get<time_point>(asked);
      }
      break;
    }
    if (!granted) return next;
  }
}

asio::awaitable<void> send_line::run() {
  while (!cancelled_) {
    const auto next = pump(clock::now());
    co_await head_alarm_.sleep(next);
  }
}

}  // namespace pawl::client
