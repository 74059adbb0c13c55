// Standard input and pipes become a file first, so that they can be read twice and hashed like any other
// input.
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

// Standard input ("-"), or a path to something that can be read only once (pipe, socket, terminal).
bool must_be_spooled(const std::string& input_path);

// Where a copy goes that nobody keeps: a name of this process in the directory for temporary files.
std::string temporary_copy(std::string_view purpose);

// A spooled copy under a provisional name (mode 0600): removed unless keep_as() was called.
class spooled_input {
 public:
  // Reads `input_path` to its end into `to_path`.part. `on_progress` (may be empty) hears the bytes so far.
  // `stop` (may be null) set: failure_kind::later, "interrupted". A full disk or an I/O error of the copy:
  // failure_kind::mend.
  static expected<spooled_input> read(const std::string& input_path, const std::string& to_path,
                                      const std::function<void(std::uint64_t)>& on_progress,
                                      const std::atomic<bool>* stop);
  spooled_input(spooled_input&&) noexcept;
  spooled_input& operator=(spooled_input&&) noexcept;
  ~spooled_input();

  const std::string& path() const noexcept { return path_; }
  // Where the last line had no end when the stream did.
  const std::optional<open_line>& open_end() const noexcept { return open_end_; }
  // Renames it to `to_path`. What an earlier run has spooled there is kept aside until put_back() or the end
  // of this.
  status keep_as(const std::string& to_path);
  // As if keep_as() had not been called, but that the copy itself is gone.
  status put_back();

 private:
  explicit spooled_input(std::string path) : path_(std::move(path)) {}
  std::string path_;
  std::optional<open_line> open_end_;
  std::string before_;  // what keep_as() has put aside; empty: nothing
  bool provisional_ = true;
};

}  // namespace pawl::input
