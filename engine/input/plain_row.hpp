// The short way through an NDJSON row: rows as programs write them, where every text in the row is its own
// compact text. Everything else is json_reader's, errors too.
#pragma once

#include "engine/input/json_reader.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::input {

// A row it takes holds only ASCII, no escapes, no white space inside arrays, no objects but itself, `patch`
// and `expect`, at most 24 keys in each, none twice. Not thread-safe.
class plain_row_reader {
 public:
  // True: `into` is what json_reader::row makes of the row. Its texts lie in `line`, which is followed by
  // json_padding readable bytes without a quote. False: `into` is in no order. With it a row of 190 bytes is
  // a job in 110 ns instead of 220 (2026-11-26), and each row is read twice.
  bool read(std::string_view line, json_row& into);

 private:
  // Rows of one program differ in their values only. So what stood before, between and behind the values of
  // the last row that was read whole is kept, and looked for first; where it stands again, so do the members.
  // Worth 530 instructions and 35 ns of each reading of a row: 1,070 of the 57,800 instructions that an
  // update takes, 0.4 % of its time (benchmarks/cost, 2026-11-29).
  struct frame_member {
    member_scope scope;
    std::uint32_t size;  // of what stands before the value, behind the value before
    std::uint32_t key_at, key_size;
  };
  bool read_in_frame(std::string_view line, json_row& into) const;
  void keep_frame(std::string_view line, const json_row&);

  std::vector<frame_member> frame_;  // none: nothing is kept
  std::string frame_text_;           // one behind the other; the rest of it ends the row
  bool frame_has_patch_ = false, frame_has_expect_ = false;
};

}  // namespace pawl::input
