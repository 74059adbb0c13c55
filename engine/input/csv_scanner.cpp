#include "engine/input/csv_scanner.hpp"

#include "engine/text/csv_cells.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace pawl::input {

namespace {

// Finds delimiters, quotes and line ends in blocks of 32 bytes. It reads up to 31 bytes behind `end`, where
// the window has its padding.
class special_finder {
 public:
  special_finder(const char* from, const char* end, char delimiter) noexcept
      : end_(end), delimiter_(delimiter) {
    restart(from);
  }

  void restart(const char* from) noexcept {
    block_ = from;
    mask_ = from < end_ ? look(from) : 0;
  }

  // The next of these characters, or `end`.
  const char* next() noexcept {
    while (mask_ == 0) {
      block_ += block_bytes;
      if (block_ >= end_) return end_;
      mask_ = look(block_);
    }
    const char* found = block_ + std::countr_zero(mask_);
    mask_ &= mask_ - 1;
    return std::min(found, end_);
  }

 private:
  static constexpr std::ptrdiff_t block_bytes = 32;
  static_assert(block_bytes <= static_cast<std::ptrdiff_t>(json_padding));

#if defined(__SSE2__)
  std::uint32_t look(const char* at) const noexcept {
    const auto half = [this](const char* from) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
      const auto is = [bytes](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
      const __m128i any =
          _mm_or_si128(_mm_or_si128(is(delimiter_), is('\n')), _mm_or_si128(is('"'), is('\r')));
      return static_cast<std::uint32_t>(_mm_movemask_epi8(any));
    };
    return half(at) | half(at + 16) << 16;
  }
#else
  std::uint32_t look(const char* at) const noexcept {
    std::uint32_t mask = 0;
    for (int i = 0; i < block_bytes; ++i) {
      const char c = at[i];
      const bool special = c == delimiter_ || c == '\n' || c == '"' || c == '\r';
      mask |= static_cast<std::uint32_t>(special) << i;
    }
    return mask;
  }
#endif

  const char* block_ = nullptr;
  const char* end_;
  std::uint32_t mask_ = 0;
  char delimiter_;
};

std::string_view between(const char* from, const char* to) {
  return {from, static_cast<std::size_t>(to - from)};
}

std::uint64_t count_lines(const char* from, const char* to) {
  return static_cast<std::uint64_t>(std::count(from, to, '\n'));
}

}  // namespace

std::string_view unquoted(const csv_cell& cell, std::string& scratch) {
  if (!cell.escaped) return cell.text;
  scratch.clear();
  append_undoubled(scratch, cell.text);
  return scratch;
}

csv_scanner::csv_scanner(char delimiter) : delimiter_(delimiter) {}

void csv_scanner::feed(std::string_view chunk) {
  while (!chunk.empty()) {
    const auto to = room();
    const auto count = std::min(to.size(), chunk.size());
    std::memcpy(to.data(), chunk.data(), count);
    commit(count);
    chunk.remove_prefix(count);
  }
}

void csv_scanner::restart(std::uint64_t offset, std::uint64_t line) noexcept {
  window_.restart(offset);
  line_ = line;
  finished_ = skipping_ = false;
}

csv_scanner::step csv_scanner::next(csv_row& row) {
  if (skipping_) return skip(row);
  const auto view = window_.view();
  if (view.empty()) return finished_ ? step::end : step::need_bytes;

  const char* const begin = view.data();
  const char* const end = begin + view.size();
  row.cells.clear();
  row.offset = window_.offset();
  row.line = line_;
  row.fault = csv_fault::none;
  row.open_quote_line = 0;

  std::uint64_t lines = 0;  // line ends inside quotes so far
  const auto fault = [&](csv_fault what) {
    if (row.fault != csv_fault::none) return;
    row.fault = what;
    row.fault_cell = row.cells.size();
    row.fault_line = line_ + lines;
  };

  special_finder specials(begin, end, delimiter_);
  const char* cell = begin;        // where the present cell begins
  const char* row_end = nullptr;   // behind its last byte
  const char* next_row = nullptr;  // behind its line end
  bool whole = true;
  while (row_end == nullptr && whole) {
    csv_cell found;
    bool has_text = false;  // `found` has the text of a quoted cell
    const char* at = cell;
    std::uint64_t quoted_lines = 0;
    if (at < end && *at == '"') {
      const char* quote = at + 1;
      while (true) {
        quote = quote < end
                    ? static_cast<const char*>(std::memchr(quote, '"', static_cast<std::size_t>(end - quote)))
                    : nullptr;
        if (quote == nullptr || quote + 1 == end || quote[1] != '"') break;
        found.escaped = true;
        quote += 2;
      }
      if (quote == nullptr) {
        if (!finished_) {
          whole = false;
          break;
        }
        fault(csv_fault::open_quote);
        row_end = next_row = end;
        break;
      }
      found.text = between(at + 1, quote);
      quoted_lines = count_lines(at, quote);
      has_text = true;
      at = quote + 1;
      specials.restart(at);
    }
    // Looks for the delimiter or line end that closes the cell.
    const char* cell_end = nullptr;
    const char* search = at;
    while (cell_end == nullptr) {
      search = specials.next();
      if (search == end) {
        if (!finished_) {
          whole = false;
          break;
        }
        cell_end = row_end = next_row = end;
      } else if (*search == delimiter_) {
        cell_end = search;
      } else if (*search == '\n') {
        cell_end = row_end = search;
        next_row = search + 1;
      } else if (*search == '\r') {
        if (search + 1 < end && search[1] == '\n') {
          cell_end = row_end = search;
          next_row = search + 2;
        } else {
          // If more bytes may follow, an LF may be the next one. Then the row is not whole yet and is read
          // again.
          fault(csv_fault::lone_cr);
        }
      } else if (!has_text) {
        fault(csv_fault::bare_quote);
      }
    }
    if (!whole) break;
    if (!has_text)
      found.text = between(at, cell_end);
    else if (cell_end != at)
      fault(csv_fault::text_after_quote);
    if (found.text.size() > max_field_bytes) fault(csv_fault::cell_too_long);
    if (row.fault == csv_fault::none) row.cells.push_back(found);
    lines += quoted_lines;
    cell = cell_end + 1;
  }

  const auto size = static_cast<std::size_t>((whole ? row_end : end) - begin);
  // The two further bytes may be the line end of a row of exactly the allowed size.
  if (size > max_row_bytes + (whole ? 0 : 2)) {
    skipping_ = true;
    skip_ = skip_state::cell_start;
    skip_head_.assign(begin, max_kept_raw_bytes);
    skip_offset_ = window_.offset();
    skip_lines_ = skip_quote_line_ = skip_bytes_ = skip_open_quote_line_ = 0;
    return skip(row);
  }
  if (!whole) return step::need_bytes;
  row.raw = between(begin, row_end);
  if (row.fault == csv_fault::open_quote) lines = count_lines(begin, end);
  line_ += lines + (next_row != row_end ? 1 : 0);
  window_.consume(static_cast<std::size_t>(next_row - begin));
  return step::row;
}

csv_scanner::step csv_scanner::skip(csv_row& row) {
  const auto view = window_.view();
  std::size_t used = 0;
  bool ended = false;
  while (used < view.size() && !ended) {
    const char c = view[used++];
    if (++skip_bytes_ == max_row_bytes && skip_ == skip_state::quoted)
      skip_open_quote_line_ = skip_quote_line_;
    if (skip_ == skip_state::quoted) {
      if (c == '"') skip_ = skip_state::quote_in_quoted;
      if (c == '\n') ++skip_lines_;
    } else if (skip_ == skip_state::quote_in_quoted && c == '"') {
      skip_ = skip_state::quoted;
    } else if (c == '\n') {
      ended = true;
    } else if (c == delimiter_) {
      skip_ = skip_state::cell_start;
    } else if (skip_ == skip_state::cell_start && c == '"') {
      skip_ = skip_state::quoted;
      skip_quote_line_ = line_ + skip_lines_;
    } else {
      skip_ = skip_state::unquoted;
    }
  }
  window_.consume(used);
  if (!ended && !finished_) return step::need_bytes;

  row.cells.clear();
  row.offset = skip_offset_;
  row.line = line_;
  row.raw = skip_head_;
  row.fault_cell = 0;
  const bool open = !ended && skip_ == skip_state::quoted;
  row.fault = csv_fault::row_too_long;
  row.fault_line = line_;
  row.open_quote_line = open ? skip_quote_line_ : skip_open_quote_line_;
  line_ += skip_lines_ + (ended ? 1 : 0);
  skipping_ = false;
  return step::row;
}

}  // namespace pawl::input
