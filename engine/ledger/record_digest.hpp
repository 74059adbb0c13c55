// The checksum of a group of records: the sum of a digest of each, so that records may come and go in any
// order and only those that do are looked at. It finds damage and edits; it is no signature, because nothing
// about it is secret. Pure.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>

namespace pawl::ledger {

// A number of records and the sum of their digests, modulo 2^64.
struct record_sum {
  std::int64_t records = 0;  // negative in a change that takes more away than it adds
  std::uint64_t sum = 0;

  record_sum& operator+=(const record_sum& more) noexcept {
    records += more.records;
    sum += more.sum;
    return *this;
  }
  record_sum& operator-=(const record_sum& less) noexcept {
    records -= less.records;
    sum -= less.sum;
    return *this;
  }
  bool operator==(const record_sum&) const = default;
};

// Digests one record after the other: its values in the order of the columns, then finish(). NULLs at the end
// do not count, so a column that a later schema appends changes nothing. A real number that is whole counts
// as an integer, because SQLite stores it as one.
class record_digest {
 public:
  void add_null() noexcept { ++nulls_; }
  void add(std::int64_t n) { put_number('1', static_cast<std::uint64_t>(n)); }
  void add(std::initializer_list<std::int64_t> several) {
    auto* at = room(several.size() * (1 + sizeof(std::int64_t)));
    for (const auto n : several) at = put('1', static_cast<std::uint64_t>(n), at);
  }
  void add(double);
  void add_text(std::string_view text) { put_bytes('3', text); }
  void add_blob(std::string_view bytes) { put_bytes('4', bytes); }
  // The record, as a sum of one; the next one begins. `table` tells equal records of different tables apart.
  record_sum finish(char table);
  // Forgets the record that has begun.
  void drop() noexcept { size_ = nulls_ = 0; }

 private:
  // In line, because every row of a run passes here with a dozen values.
  char* room(std::size_t bytes) {
    if (nulls_ > 0 || bytes_.size() - size_ < bytes) [[unlikely]]
      make_room(bytes);
    auto* at = bytes_.data() + size_;
    size_ += bytes;
    return at;
  }
  void make_room(std::size_t bytes);  // and writes the NULLs before them
  static char* put(char type, std::uint64_t n, char* at) noexcept {
    if constexpr (std::endian::native == std::endian::big) n = __builtin_bswap64(n);
    *at = type;
    std::memcpy(at + 1, &n, sizeof n);
    return at + 1 + sizeof n;
  }
  void put_number(char type, std::uint64_t n) { put(type, n, room(1 + sizeof n)); }
  void put_bytes(char type, std::string_view bytes) {
    put_number(type, bytes.size());
    if (!bytes.empty()) std::memcpy(room(bytes.size()), bytes.data(), bytes.size());
  }

  std::string bytes_;
  std::size_t size_ = 0;   // of bytes_ that are used
  std::size_t nulls_ = 0;  // that nothing has followed yet
};

}  // namespace pawl::ledger
