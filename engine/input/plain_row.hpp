// A fast reader for NDJSON rows as programs usually write them: every text in such a row is its own compact
// text. json_reader reads all others and reports all errors.
#pragma once

#include "engine/input/json_reader.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::input {

// It takes a row only if it is ASCII without escapes, has no white space inside arrays, no objects but the
// row itself, `patch` and `expect`, and at most 24 keys in each of these, none of them twice. Not
// thread-safe.
class plain_row_reader {
 public:
  // True: `into` is what json_reader::row() makes of the row. Its texts lie in `line`, which must be followed
  // by json_padding readable bytes without a quote. False: `into` holds anything. It turns a row of 190 bytes
  // into a job in 110 ns instead of 220 (2026-11-26), and each row is read twice.
  bool read(std::string_view line, json_row& into);

 private:
  // Rows of one program differ only in their values. So the text before, between and behind the values of the
  // last row that was read whole (the frame) is kept and compared first; a row with the same frame has the
  // same members. This saves 530 instructions and 35 ns for each reading of a row: 1,070 of the 57,800
  // instructions of an update, 0.4 % of its time (benchmarks/cost, 2026-11-29).
  struct frame_member {
    member_scope scope;
    std::uint32_t size;  // of the text between the value before and this one
    std::uint32_t key_at, key_size;
  };
  bool read_in_frame(std::string_view line, json_row& into) const;
  void keep_frame(std::string_view line, const json_row&);

  std::vector<frame_member> frame_;  // empty: no frame is kept
  std::string frame_text_;           // these texts one behind the other, then the text that ends the row
  bool frame_has_patch_ = false, frame_has_expect_ = false;
};

}  // namespace pawl::input
