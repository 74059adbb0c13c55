#include "engine/run/dispatcher.hpp"

namespace pawl::run {

using policy::plain_hash_of_id;

dispatcher::dispatcher(std::size_t slots, parking most) : under_way_(slots), most_(most) {}

dispatcher::answer dispatcher::offer(const job_view& job) {
  const auto hash = plain_hash_of_id(job.id);
  if (under_way_.count(hash) == 0 && (parked_count_ == 0 || !waiting_.contains(hash))) {
    under_way_.add(hash);
    ++started_;
    return answer::start;
  }
  if (parked_count_ == most_.jobs || (parked_count_ > 0 && parked_bytes_ >= most_.bytes)) return answer::hold;
  auto at = free_;
  if (at == none) {
    at = entries_.size();
    entries_.emplace_back();
  } else {
    free_ = entries_[at].next;
  }
  auto& e = entries_[at];
  e.job.assign(job);
  e.hash = hash;
  e.order = next_order_++;
  e.next = none;
  auto& mine = waiting_[hash];
  (mine.first == none ? mine.first : entries_[mine.last].next) = at;
  mine.last = at;
  parked_bytes_ += e.job.bytes();
  ++parked_count_;
  return answer::parked;
}

bool dispatcher::take_parked(job_buffer& into) {
  if (ready_.empty()) return false;
  const auto at = ready_.top().second;
  ready_.pop();
  auto& e = entries_[at];
  parked_bytes_ -= e.job.bytes();
  std::swap(into, e.job);
  const auto found = waiting_.find(e.hash);
  found->second.first = e.next;
  if (e.next == none) waiting_.erase(found);
  e.next = std::exchange(free_, at);
  under_way_.add(e.hash);
  ++started_;
  --parked_count_;
  return true;
}

void dispatcher::finished(std::string_view id) {
  const auto hash = plain_hash_of_id(id);
  under_way_.remove(hash);
  --started_;
  if (parked_count_ == 0) return;
  if (const auto found = waiting_.find(hash); found != waiting_.end())
    ready_.emplace(entries_[found->second.first].order, found->second.first);
}

void dispatcher::drop_parked() {
  ready_ = {};
  waiting_.clear();
  entries_.clear();
  free_ = none;
  parked_count_ = parked_bytes_ = 0;
}

}  // namespace pawl::run
