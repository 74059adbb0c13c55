// The bytes of an input: a regular file that is kept open, or bytes in memory (tests and fuzzers).
#pragma once

#include "engine/model/error.hpp"
#include "engine/sys/descriptor.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pawl::input {

// Reads at any offset (pread), so that several readers do not disturb each other. Not thread-safe.
class byte_source {
 public:
  // Failures (usage): the file cannot be opened, or is not a regular file.
  static expected<byte_source> open(const std::string& path);
  // `name` stands for the path in messages.
  static byte_source in_memory(std::string name, std::string bytes);

  const std::string& name() const noexcept { return name_; }
  std::uint64_t size() const noexcept { return size_; }  // when it was opened

  // Fills `into` from `offset` on; reads fewer bytes only at the end of the input. The failure (mend) is the
  // system's read error.
  expected<std::size_t> read_at(std::uint64_t offset, std::span<char> into) const;

  // A failure (mend) if size, modification time or change time (ctime, which nobody can set) differ from
  // those at open(), or at the last accept().
  status unchanged() const;

  // A rename, other permissions or another hard link change the change time alone. Then only the bytes tell
  // whether the input is still the same.
  struct times {
    std::int64_t modified_s = 0, modified_ns = 0, changed_s = 0, changed_ns = 0;
    bool operator==(const times&) const = default;
  };
  // The present times if only the change time differs from the known ones; else nullopt.
  std::optional<times> touched() const;
  // Accepts these times as known: the caller has found the bytes to be the same since then.
  void accept(const times& since) noexcept { times_ = since; }

 private:
  byte_source() = default;
  std::string name_;
  std::string memory_;
  descriptor file_;  // none if the bytes are in memory
  std::uint64_t size_ = 0;
  times times_;
};

}  // namespace pawl::input
