#include "engine/ledger/record_digest.hpp"

#include <bit>
#include <cmath>
#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace pawl::ledger {

void record_digest::add(double x) {
  constexpr double bound = 9007199254740992.0;  // 2^53: up to there doubles hold every integer
  if (std::trunc(x) == x && std::abs(x) <= bound)
    add(static_cast<std::int64_t>(x));
  else
    put_number('2', std::bit_cast<std::uint64_t>(x));
}

void record_digest::make_room(std::size_t bytes) {
  const auto nulls = std::exchange(nulls_, 0);
  if (const auto needed = size_ + nulls + bytes; bytes_.size() < needed) bytes_.resize(2 * needed);
  std::memset(bytes_.data() + size_, '0', nulls);
  size_ += nulls;
}

record_sum record_digest::finish(char table) {
  nulls_ = 0;
  *room(1) = table;
  const auto hash = XXH3_64bits(bytes_.data(), size_);
  drop();
  return {1, hash};
}

}  // namespace pawl::ledger
