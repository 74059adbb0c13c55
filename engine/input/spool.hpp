// Copies standard input and pipes to a file, so that they can be read twice and hashed like any other input.
#pragma once

#include "engine/input/last_line.hpp"
#include "engine/model/error.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::input {

// Whether the path is standard input ("-") or something that can be read only once (pipe, socket, terminal).
bool must_be_spooled(const std::string& input_path);

// The path of a copy that is removed after use: a name of this process in the directory for temporary files.
std::string temporary_copy(std::string_view purpose);

// A copy under a provisional name (mode 0600). Its destructor removes it unless keep_as() was called.
class spooled_input {
 public:
  // Reads `input_path` to its end into `to_path`.part. Calls `on_progress` (may be empty) with the number of
  // bytes so far. If `stop` (may be null) is set: failure_kind::later, "interrupted". A full disk or an I/O
  // error of the copy: failure_kind::mend.
  static expected<spooled_input> read(const std::string& input_path, const std::string& to_path,
                                      const std::function<void(std::uint64_t)>& on_progress,
                                      const std::atomic<bool>* stop);
  spooled_input(spooled_input&&) noexcept;
  spooled_input& operator=(spooled_input&&) noexcept;
  ~spooled_input();

  const std::string& path() const noexcept { return path_; }
  // The last line, if the stream ended within it.
  const std::optional<open_line>& open_end() const noexcept { return open_end_; }
  // Renames the copy to `to_path`. A file that an earlier run left there is put aside until put_back() or
  // destruction.
  status keep_as(const std::string& to_path);
  // Undoes keep_as(), except that the copy itself is removed.
  status put_back();

 private:
  explicit spooled_input(std::string path) : path_(std::move(path)) {}
  std::string path_;
  std::optional<open_line> open_end_;
  std::string before_;  // the file that keep_as() has put aside; empty: none
  bool provisional_ = true;
};

}  // namespace pawl::input
