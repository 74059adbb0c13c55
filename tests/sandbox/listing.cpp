#include "tests/sandbox/listing.hpp"

#include "tests/sandbox/thread_json.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace sandbox {
namespace {

constexpr std::size_t default_page = 50;  // the API's pagination guide

// A page begins behind the entry with this sort key.
struct position {
  time_us created_at = 0;
  std::string id;
};

struct page_request {
  query filters;  // without cursor and limit
  std::size_t limit = default_page;
  std::optional<position> after;
};

std::string filters_text(const query& filters) {
  query sorted = filters;
  std::sort(sorted.begin(), sorted.end());
  std::string text;
  for (const auto& [name, value] : sorted) {
    if (!text.empty()) text += '&';
    text += name + '=' + percent_encode(value);
  }
  return text;
}

// The content is `KIND created id filters`, separated by newlines, with a checksum in front, so that no
// client can build one.
std::string make_cursor(char kind, const position& at, const std::string& filters) {
  const std::string content =
      kind + ('\n' + std::to_string(at.created_at)) + '\n' + percent_encode(at.id) + '\n' + filters;
  return encode_token(std::to_string(hash_text(content) & 0xffffffff) + '\n' + content);
}

std::optional<page_request> read_request(char kind, const query& given) {
  page_request page;
  const std::string* cursor = nullptr;
  for (const auto& [name, value] : given) {
    if (name == "limit") {
      page.limit = static_cast<std::size_t>(std::stoi(value));
    } else if (name == "cursor") {
      cursor = &value;
    } else {
      page.filters.emplace_back(name, value);
    }
  }
  if (cursor == nullptr) return page;

  const auto text = decode_token(*cursor);
  if (!text) return std::nullopt;
  const std::size_t sum_end = text->find('\n');
  if (sum_end == std::string::npos) return std::nullopt;
  const std::string content = text->substr(sum_end + 1);
  if (text->substr(0, sum_end) != std::to_string(hash_text(content) & 0xffffffff)) return std::nullopt;
  const auto parts = split(content, '\n');
  if (parts.size() != 4 || parts[0] != std::string_view{&kind, 1}) return std::nullopt;
  position at;
  std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), at.created_at);
  at.id = percent_decode(parts[2]).value_or("");
  if (!page.filters.empty() && filters_text(page.filters) != parts[3]) return std::nullopt;
  page.filters = parse_query(parts[3]).value_or(query{});
  page.after = std::move(at);
  return page;
}

void append_page_info(std::string& out, const std::optional<std::string>& cursor, std::size_t limit) {
  out += "],\"page\":{\"cursor\":";
  append_quoted_or_null(out, cursor);
  out += cursor ? ",\"has_more\":true,\"limit\":" : ",\"has_more\":false,\"limit\":";
  append_number(out, limit);
  out += "}}";
}

// The values of filters are looked up once per page, so that testing 100,000 threads stays cheap.
struct thread_filter {
  std::string_view name, value;
  std::optional<entity_ref> entity;  // for filters by id; absent: there is no such entity, so nothing matches
  time_us time = 0;
};

std::vector<thread_filter> prepare(const store& s, const query& filters) {
  const directory& d = s.entities();
  std::vector<thread_filter> prepared;
  for (const auto& [name, value] : filters) {
    thread_filter f{name, value, {}, parse_rfc3339(value).value_or(0)};
    if (name == "assignee_id") f.entity = d.users().find(value);
    if (name == "contact_id") f.entity = d.contacts().find(value);
    if (name == "company_id") f.entity = d.companies().find(value);
    if (name == "tag_id") f.entity = d.tags().find(value);
    prepared.push_back(f);
  }
  return prepared;
}

bool matches(const thread& t, const thread_filter& f) {
  if (f.name == "status") return status_text(t.state) == f.value;
  if (f.name == "tab") return tab_text(t.state) == f.value;
  if (f.name == "assignee_id") return f.entity && t.assignee == *f.entity;
  if (f.name == "contact_id") return f.entity && t.contact == *f.entity;
  if (f.name == "company_id") return f.entity && t.company == *f.entity;
  if (f.name == "tag_id")
    return f.entity && std::find(t.tags.begin(), t.tags.end(), *f.entity) != t.tags.end();
  if (f.name == "pain_level") return pain_levels[t.pain_level] == f.value;
  if (f.name == "origin") return origins[t.origin] == f.value;
  if (f.name == "project_id") return t.extras && t.extras->project_id && *t.extras->project_id == f.value;
  if (f.name == "created_after") return t.created_at > f.time;
  if (f.name == "created_before") return t.created_at < f.time;
  if (f.name == "updated_after") return t.updated_at > f.time;
  if (f.name == "updated_before") return t.updated_at < f.time;
  if (f.name == "external_id") {
    std::string quoted;
    append_quoted(quoted, f.value);
    return t.extras && t.extras->external_ids.find(quoted) != std::string::npos;
  }
  return false;  // issue_id: the sandbox has no linked issues
}

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  const auto same = [&](char a, char b) { return lower(a) == lower(b); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end() || part.empty();
}

bool matches(const tag& t, const query& filters) {
  return std::all_of(filters.begin(), filters.end(), [&](const auto& filter) {
    const auto& [name, value] = filter;
    if (name == "name_contains") return contains_ignoring_case(t.name, value);
    if (name == "tag_group_id") return t.group == value;
    const time_us at = parse_rfc3339(value).value_or(0);
    return name.ends_with("_after") ? t.created_at > at : t.created_at < at;
  });
}

}  // namespace

page_result append_thread_page(std::string& out, const store& s, const query& given) {
  const auto page = read_request('t', given);
  if (!page) return page_result::broken_cursor;
  const auto filters = prepare(s, page->filters);
  auto next = s.listed().begin();
  if (page->after) {
    const position& p = *page->after;
    next = std::partition_point(next, s.listed().end(), [&](std::uint32_t number) {
      const thread& t = s.at(number);
      return t.created_at != p.created_at ? t.created_at > p.created_at : t.id >= p.id;
    });
  }

  out += "{\"data\":[";
  std::size_t written = 0;
  const thread* last = nullptr;
  std::optional<std::string> cursor;
  for (; next != s.listed().end(); ++next) {
    const thread& t = s.at(*next);
    const auto fits = [&](const thread_filter& f) { return matches(t, f); };
    if (t.where != presence::here || !std::all_of(filters.begin(), filters.end(), fits)) continue;
    if (written == page->limit) {
      cursor = make_cursor('t', {last->created_at, last->id}, filters_text(page->filters));
      break;
    }
    if (written++ > 0) out += ',';
    append_thread(out, s, t);
    last = &t;
  }
  append_page_info(out, cursor, page->limit);
  return page_result::written;
}

page_result append_tag_page(std::string& out, const store& s, const query& given) {
  const auto page = read_request('g', given);
  if (!page) return page_result::broken_cursor;
  const catalogue<tag>& tags = s.entities().tags();

  out += "{\"data\":[";
  std::size_t written = 0;
  const tag* last = nullptr;
  std::optional<std::string> cursor;
  // Tags are appended as they are created, so the newest is at the end.
  for (std::size_t i = tags.size(); i-- > 0;) {
    const tag& t = tags[static_cast<entity_ref>(i)];
    if (page->after && t.created_at >= page->after->created_at) continue;
    if (!matches(t, page->filters)) continue;
    if (written == page->limit) {
      cursor = make_cursor('g', {last->created_at, last->id}, filters_text(page->filters));
      break;
    }
    if (written++ > 0) out += ',';
    out += t.json;
    last = &t;
  }
  append_page_info(out, cursor, page->limit);
  return page_result::written;
}

}  // namespace sandbox
