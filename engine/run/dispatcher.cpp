#include "engine/run/dispatcher.hpp"

#include "engine/policy/kept_quota.hpp"
#include "engine/text/byte_words.hpp"

#include <utility>

namespace pawl::run {
namespace {

// Without the case of ASCII letters: where an API takes ids in either case, two spellings are one resource.
// Elsewhere two such ids, and those few that differ in `@` and a backquote, only wait for each other
// needlessly. Eight bytes at a time; the last eight overlap what came before them.
std::uint64_t hash_of(std::string_view id) noexcept {
  constexpr auto letter_case = every_byte(0x20);
  constexpr std::uint64_t multiplier = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio (Knuth, volume 3, 6.4)
  auto hash = id.size() * multiplier;  // spread, so that no byte makes up for another length
  const auto add = [&hash](std::uint64_t word) {
    hash = (hash ^ (word | letter_case)) * multiplier;
    hash ^= hash >> 32U;
  };
  if (id.size() < sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    for (const char c : id) word = word << 8U | static_cast<unsigned char>(c);
    add(word);
    return hash;
  }
  for (std::size_t i = 0; i + sizeof(std::uint64_t) < id.size(); i += sizeof(std::uint64_t))
    add(load_word(id.data() + i));
  add(load_word(id.data() + id.size() - sizeof(std::uint64_t)));
  return hash;
}

}  // namespace

std::uint64_t hash_of_id(std::string_view id) noexcept {
  const auto hash = hash_of(id);
  return hash == policy::kept_quota::no_id || hash == policy::kept_quota::any_id ? 1 : hash;
}

dispatcher::dispatcher(std::size_t slots, std::size_t most_parked)
    : under_way_(slots), waiting_(most_parked), most_parked_(most_parked) {}

dispatcher::answer dispatcher::offer(const job_view& job) {
  const auto hash = hash_of(job.id);
  if (under_way_.count(hash) == 0 && (parked_count_ == 0 || waiting_.count(hash) == 0)) {
    under_way_.add(hash);
    ++started_;
    return answer::start;
  }
  if (parked_count_ == most_parked_) return answer::hold;
  entry* free = nullptr;
  for (auto& e : entries_)
    if (!e.used) {
      free = &e;
      break;
    }
  if (free == nullptr) free = &entries_.emplace_back();
  free->job.assign(job);
  free->hash = hash;
  free->used = true;
  free->order = next_order_++;
  waiting_.add(hash);
  ++parked_count_;
  return answer::parked;
}

bool dispatcher::take_parked(job_buffer& into) {
  if (parked_count_ == 0 || !maybe_ready_) return false;
  entry* first = nullptr;
  for (auto& e : entries_)
    if (e.used && under_way_.count(e.hash) == 0 && (first == nullptr || e.order < first->order)) first = &e;
  if (first == nullptr) {
    maybe_ready_ = false;
    return false;
  }
  std::swap(into, first->job);
  first->used = false;
  waiting_.remove(first->hash);
  under_way_.add(first->hash);
  ++started_;
  --parked_count_;
  return true;
}

void dispatcher::finished(std::string_view id) {
  under_way_.remove(hash_of(id));
  --started_;
  maybe_ready_ = true;
}

void dispatcher::drop_parked() {
  for (auto& e : entries_)
    if (e.used) {
      e.used = false;
      waiting_.remove(e.hash);
    }
  parked_count_ = 0;
}

}  // namespace pawl::run
