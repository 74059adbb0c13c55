#include "engine/input/csv_scanner.hpp"

#include <csv.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace pawl::input {
namespace {

// A row as text: `OFFSET:LINE [cell][cell]`, with the fault where there is one.
std::string describe(const csv_row& row) {
  auto text = std::to_string(row.offset) + ':' + std::to_string(row.line) + ' ';
  std::string scratch;
  for (const auto& cell : row.cells) text += '[' + std::string(unquoted(cell, scratch)) + ']';
  if (row.fault != csv_fault::none)
    text += "!" + std::to_string(static_cast<int>(row.fault)) + " cell " + std::to_string(row.fault_cell) +
            " line " + std::to_string(row.fault_line);
  return text;
}

// All rows of chunks fed one after the other; each chunk is scanned as far as it goes before the next one
// comes.
std::vector<std::string> scan(const std::vector<std::string_view>& chunks, char delimiter = ',') {
  csv_scanner scanner(delimiter);
  csv_row row;
  std::vector<std::string> rows;
  const auto drain = [&] {
    while (scanner.next(row) == csv_scanner::step::row) rows.push_back(describe(row));
  };
  for (const auto chunk : chunks) {
    scanner.feed(chunk);
    drain();
  }
  scanner.finish();
  drain();
  csv_row after;
  EXPECT_EQ(scanner.next(after), csv_scanner::step::end);
  return rows;
}

struct corner {
  const char* name;
  std::string text;
  std::vector<std::string> rows;
};

const std::vector<corner>& corners() {
  static const std::vector<corner> table = {
      {"nothing", "", {}},
      {"one cell", "a", {"0:1 [a]"}},
      {"line feed", "a,b\nc,d\n", {"0:1 [a][b]", "4:2 [c][d]"}},
      {"CRLF", "a,b\r\nc,d\r\n", {"0:1 [a][b]", "5:2 [c][d]"}},
      {"no line end at the end", "a,b\nc,d", {"0:1 [a][b]", "4:2 [c][d]"}},
      {"empty cells", ",,\n", {"0:1 [][][]"}},
      {"empty lines", "\n\r\na\n", {"0:1 []", "1:2 []", "3:3 [a]"}},
      {"trailing delimiter", "a,", {"0:1 [a][]"}},
      {"quoted", "\"a\",\"b\"\n", {"0:1 [a][b]"}},
      {"quoted at the end", "\"a\",\"b\"", {"0:1 [a][b]"}},
      {"quoted and CRLF", "\"a\"\r\n\"b\"\r\n", {"0:1 [a]", "5:2 [b]"}},
      {"quoted empty", "\"\",\"\"\n", {"0:1 [][]"}},
      {"quoted delimiter", "\"a,b\",c\n", {"0:1 [a,b][c]"}},
      {"quoted line feed", "\"a\nb\",c\nd,e\n", {"0:1 [a\nb][c]", "8:3 [d][e]"}},
      {"quoted CRLF", "\"a\r\nb\",c\r\nd,e\r\n", {"0:1 [a\r\nb][c]", "10:3 [d][e]"}},
      {"quoted lone CR", "\"a\rb\"\nc\n", {"0:1 [a\rb]", "6:2 [c]"}},
      {"doubled quotes", "\"a\"\"b\",\"\"\"\",\"\"\"x\"\"\"\n", {"0:1 [a\"b][\"][\"x\"]"}},
      {"white space stays", " a , b \n", {"0:1 [ a ][ b ]"}},
      {"long cells",
       std::string(100, 'x') + ",\"" + std::string(70, 'y') + "\"\n",
       {"0:1 [" + std::string(100, 'x') + "][" + std::string(70, 'y') + ']'}},
      {"open quote", "a\nb,\"c\nd\n", {"0:1 [a]", "2:2 [b]!1 cell 1 line 2"}},
      {"open quote after a doubled one", "a,\"\"\"", {"0:1 [a]!1 cell 1 line 1"}},
      {"lone quote", "\"", {"0:1 !1 cell 0 line 1"}},
      {"text behind a quote", "\"a\"b,c\nd\n", {"0:1 !2 cell 0 line 1", "7:2 [d]"}},
      {"space behind a quote", "x,\"a\" ,c\nd\n", {"0:1 [x]!2 cell 1 line 1", "9:2 [d]"}},
      {"fault behind a quoted line end", "\"a\nb\",\"c\"d\ne\n", {"0:1 [a\nb]!2 cell 1 line 2", "11:3 [e]"}},
      {"quote in an unquoted cell", "a\"b,c\nd\n", {"0:1 !3 cell 0 line 1", "6:2 [d]"}},
      {"space before a quote", "a, \"b\"\nd\n", {"0:1 [a]!3 cell 1 line 1", "7:2 [d]"}},
      {"lone CR", "a\rb,c\nd\n", {"0:1 !4 cell 0 line 1", "6:2 [d]"}},
      {"CR at the end", "a,b\r", {"0:1 [a]!4 cell 1 line 1"}},
      {"CR CR LF", "a\r\r\nb\n", {"0:1 !4 cell 0 line 1", "4:2 [b]"}},
      {"NUL is a byte like others", std::string("a\0b,c\n", 6), {"0:1 [" + std::string("a\0b", 3) + "][c]"}},
  };
  return table;
}

TEST(CsvScanner, ReadsTheCornersOfRfc4180) {
  for (const auto& c : corners()) EXPECT_EQ(scan({c.text}), c.rows) << c.name;
}

TEST(CsvScanner, GivesTheSameRowsWhereverTheBytesAreCut) {
  for (const auto& c : corners()) {
    const std::string_view text = c.text;
    for (std::size_t i = 0; i <= text.size(); ++i)
      for (std::size_t j = i; j <= text.size(); ++j)
        ASSERT_EQ(scan({text.substr(0, i), text.substr(i, j - i), text.substr(j)}), c.rows)
            << c.name << " cut at " << i << " and " << j;
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
    ASSERT_EQ(scan(bytes), c.rows) << c.name << " byte by byte";
  }
}

// All corners behind one another, so that each one begins at many different places of a 32-byte block.
TEST(CsvScanner, GivesTheSameRowsAtAnyAlignment) {
  for (std::size_t shift = 0; shift < 70; ++shift) {
    for (const auto& c : corners()) {
      const auto prefix = std::string(shift, 'p') + '\n';
      auto rows = scan({prefix + c.text});
      ASSERT_EQ(rows.size(), c.rows.size() + 1) << c.name;
      for (std::size_t i = 0; i < c.rows.size(); ++i) {
        const auto cells = [](const std::string& row) {
          return row.substr(row.find(' '), row.find('!') - row.find(' '));
        };
        ASSERT_EQ(cells(rows[i + 1]), cells(c.rows[i])) << c.name << " behind " << shift;
      }
    }
  }
}

TEST(CsvScanner, TakesOtherDelimiters) {
  EXPECT_EQ(scan({"a;b,c;\"d;e\"\n"}, ';'), std::vector<std::string>{"0:1 [a][b,c][d;e]"});
  EXPECT_EQ(scan({"a\tb\n"}, '\t'), std::vector<std::string>{"0:1 [a][b]"});
}

std::vector<csv_fault> faults(const std::string& text, std::size_t chunk,
                              std::vector<csv_row>* rows = nullptr) {
  csv_scanner scanner(',');
  csv_row row;
  std::vector<csv_fault> found;
  const auto drain = [&] {
    while (scanner.next(row) == csv_scanner::step::row) {
      found.push_back(row.fault);
      if (rows != nullptr) rows->push_back(row);
    }
  };
  for (std::size_t at = 0; at < text.size(); at += chunk) {
    scanner.feed(std::string_view(text).substr(at, chunk));
    drain();
  }
  scanner.finish();
  drain();
  return found;
}

TEST(CsvScanner, KeepsTheBoundsOfRowsAndCells) {
  using enum csv_fault;
  const std::string field(max_field_bytes, 'x');
  // Three fields of 256 KiB, one filled up to the exact bound, with the commas between them.
  const auto just = field + ',' + field + ',' + field + ',' + field.substr(0, max_field_bytes - 3);
  ASSERT_EQ(just.size(), max_row_bytes);
  for (const std::size_t chunk : {std::size_t{1} << 23, std::size_t{65'537}}) {
    EXPECT_EQ(faults("a\n" + just + "\nb\n", chunk), (std::vector{none, none, none}));
    EXPECT_EQ(faults("a\n" + just + "\r\nb\n", chunk), (std::vector{none, none, none}));
    EXPECT_EQ(faults("a\n" + just, chunk), (std::vector{none, none}));
    EXPECT_EQ(faults("a\n" + just + "y\nb\n", chunk), (std::vector{none, row_too_long, none}));
    EXPECT_EQ(faults("a\n" + just + "y", chunk), (std::vector{none, row_too_long}));
    EXPECT_EQ(faults("a\n" + field + "y,b\nb\n", chunk), (std::vector{none, cell_too_long, none}));
    EXPECT_EQ(faults("a\n\"" + field + "\",b\nb\n", chunk), (std::vector{none, none, none}));
    EXPECT_EQ(faults("a\n\"" + field + "y\",b\nb\n", chunk), (std::vector{none, cell_too_long, none}));
  }
}

// Were the row dropped at the first line end behind its bound, the rest of the quoted text would be taken for
// rows.
TEST(CsvScanner, NeverTakesTheInsideOfAnOverlongQuotedCellForRows) {
  std::string lines;
  for (int i = 0; i < 300'000; ++i) lines += "t1,done\n";
  const auto text = "id,text\nt0,\"" + lines + "\"\nt2,open\n";
  std::vector<csv_row> rows;
  EXPECT_EQ(faults(text, 10'000, &rows),
            (std::vector{csv_fault::none, csv_fault::row_too_long, csv_fault::none}));
  EXPECT_EQ(rows[1].line, 2u);
  EXPECT_EQ(rows[1].open_quote_line, 2u);
  EXPECT_EQ(rows[2].line, 300'003u);
  EXPECT_EQ(rows[2].offset, text.size() - 8);
}

TEST(CsvScanner, SaysWhichQuoteSwallowedTheRestOfTheFile) {
  std::string text = "id,text\nt0,\"a\nb\",\"";
  for (int i = 0; i < 300'000; ++i) text += "t1,done\n";
  std::vector<csv_row> rows;
  EXPECT_EQ(faults(text, 1 << 16, &rows), (std::vector{csv_fault::none, csv_fault::row_too_long}));
  EXPECT_EQ(rows[1].open_quote_line, 3u);
}

// libcsv in strict mode is the second opinion. Its line ends differ (it takes a lone CR for one, and drops
// empty lines), so the random text has no CR but in CRLF and in quotes, and rows of one empty cell are left
// out on our side.
TEST(CsvScanner, AgreesWithLibcsvOnRandomText) {
  struct seen {
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> row;
  };
  std::mt19937 random(20260501);
  const std::vector<std::string> pieces = {"a",          "bc",
                                           ",",          ",",
                                           "\n",         "\r\n",
                                           "\"x\"",      "\"\"",
                                           "\"a,b\"",    "\"l\nm\"",
                                           "\"q\"\"r\"", "\"\r\"",
                                           "\xc3\xa9",   "long text without anything special"};
  for (int round = 0; round < 4'000; ++round) {
    std::string text;
    bool after_cell = false;  // a quoted piece may only begin a cell, or the text is not RFC 4180
    for (auto left = 1 + random() % 40; left > 0; --left) {
      const auto& piece = pieces[random() % pieces.size()];
      const bool ends_cell = piece == "," || piece.ends_with('\n');
      if (after_cell && !ends_cell) continue;
      text += piece;
      after_cell = !ends_cell;
    }

    seen theirs;
    csv_parser parser;
    ASSERT_EQ(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI), 0);
    csv_set_space_func(&parser, [](unsigned char) { return 0; });
    const auto on_cell = [](void* cell, std::size_t size, void* to) {
      static_cast<seen*>(to)->row.emplace_back(static_cast<const char*>(cell), size);
    };
    const auto on_row = [](int, void* to) {
      auto& s = *static_cast<seen*>(to);
      s.rows.push_back(std::move(s.row));
      s.row.clear();
    };
    ASSERT_EQ(csv_parse(&parser, text.data(), text.size(), on_cell, on_row, &theirs), text.size())
        << csv_strerror(csv_error(&parser)) << ": " << text;
    ASSERT_EQ(csv_fini(&parser, on_cell, on_row, &theirs), 0) << text;
    csv_free(&parser);

    std::vector<std::vector<std::string>> ours;
    csv_scanner scanner(',');
    csv_row row;
    std::string scratch;
    const auto drain = [&] {
      while (scanner.next(row) == csv_scanner::step::row) {
        ASSERT_EQ(row.fault, csv_fault::none) << text;
        if (row.raw.empty()) continue;
        auto& cells = ours.emplace_back();
        for (const auto& cell : row.cells) cells.emplace_back(unquoted(cell, scratch));
      }
    };
    for (std::size_t at = 0; at < text.size();) {
      const auto size = 1 + random() % 9;
      scanner.feed(std::string_view(text).substr(at, size));
      at += size;
      drain();
    }
    scanner.finish();
    drain();
    ASSERT_EQ(ours, theirs.rows) << text;
  }
}

}  // namespace
}  // namespace pawl::input
