#include "tests/sandbox/seed_reader.hpp"

#include "tests/sandbox/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace sandbox {
namespace json = boost::json;
namespace {

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

void take_names(std::string_view list, const seed_sink& sink) {
  for (const std::string_view name : split(list, ';')) {
    if (!trimmed(name).empty()) sink.tag_name(trimmed(name));
  }
}

// Reads one record of RFC 4180, with its quoted newlines. False: the file has ended.
bool read_record(std::istream& in, char delimiter, std::vector<std::string>& cells) {
  cells.assign(1, {});
  bool quoted = false, any = false;
  for (int c = in.get(); c != std::char_traits<char>::eof(); c = in.get()) {
    any = true;
    const char ch = static_cast<char>(c);
    if (quoted) {
      if (ch != '"') {
        cells.back() += ch;
      } else if (in.peek() == '"') {
        cells.back() += static_cast<char>(in.get());
      } else {
        quoted = false;
      }
    } else if (ch == '"' && cells.back().empty()) {
      quoted = true;
    } else if (ch == delimiter) {
      cells.emplace_back();
    } else if (ch == '\n') {
      break;
    } else if (ch != '\r') {
      cells.back() += ch;
    }
  }
  return any;
}

char sniff_delimiter(const std::string& header) {
  char best = ',';
  for (const char candidate : {',', ';', '\t', '|'}) {
    if (std::count(header.begin(), header.end(), candidate) >
        std::count(header.begin(), header.end(), best)) {
      best = candidate;
    }
  }
  return best;
}

void read_csv(std::istream& in, const std::string& file, std::string_view id_column, const seed_sink& sink) {
  if (in.peek() == 0xef) in.ignore(3);  // skips the byte order mark
  const auto start = in.tellg();
  std::string header;
  std::getline(in, header);
  const char delimiter = sniff_delimiter(header);
  in.clear();
  in.seekg(start);
  std::vector<std::string> cells;
  read_record(in, delimiter, cells);
  const auto id =
      std::find_if(cells.begin(), cells.end(), [&](const auto& c) { return trimmed(c) == id_column; });
  if (id == cells.end()) {
    throw std::runtime_error(file + ": the header has no column `" + std::string{id_column} +
                             "`; name it with --seed-id-column");
  }
  const auto id_at = static_cast<std::size_t>(id - cells.begin());
  std::vector<std::size_t> name_columns;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i] == "add_tags" || cells[i] == "remove_tags") name_columns.push_back(i);
  }
  while (read_record(in, delimiter, cells)) {
    if (id_at >= cells.size() || trimmed(cells[id_at]).empty()) continue;
    sink.thread(trimmed(cells[id_at]));
    for (const std::size_t at : name_columns) {
      if (at < cells.size()) take_names(cells[at], sink);
    }
  }
}

void take_names(const json::value* list, const seed_sink& sink) {
  if (list == nullptr) return;
  if (list->is_string()) take_names(std::string_view{list->get_string()}, sink);
  if (!list->is_array()) return;
  for (const json::value& name : list->get_array()) {
    if (name.is_string()) sink.tag_name(std::string_view{name.get_string()});
  }
}

void read_ndjson(std::istream& in, const std::string& file, std::string_view id_column,
                 const seed_sink& sink) {
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (trimmed(line).empty()) continue;
    json::error_code ec;
    const json::value row = json::parse(line, ec);
    if (ec || !row.is_object()) {
      throw std::runtime_error(file + ":" + std::to_string(number) +
                               ": not a JSON object; no thread was taken from it");
    }
    const json::object& o = row.get_object();
    const json::value* id = o.if_contains(id_column);
    if (id == nullptr || !(id->is_string() || id->is_int64() || id->is_uint64())) continue;
    sink.thread(id->is_string() ? std::string{id->get_string()} : json::serialize(*id));
    const json::value* patch = o.if_contains("patch");
    const json::object& fields = patch != nullptr && patch->is_object() ? patch->get_object() : o;
    take_names(fields.if_contains("add_tags"), sink);
    take_names(fields.if_contains("remove_tags"), sink);
  }
}

}  // namespace

void read_seed(const std::string& file, std::string_view id_column, const seed_sink& sink) {
  std::ifstream in{file, std::ios::binary};
  if (!in) throw std::runtime_error("cannot read " + file + "; --seed-from needs a CSV or NDJSON file");
  if (file.ends_with(".ndjson") || file.ends_with(".jsonl")) {
    read_ndjson(in, file, id_column, sink);
  } else {
    read_csv(in, file, id_column, sink);
  }
}

}  // namespace sandbox
