// Turns NDJSON rows into jobs. A row is one JSON object a line, `{"id", "patch", "expect"?}` or flat.
#include "engine/input/byte_window.hpp"
#include "engine/input/plain_row.hpp"
#include "engine/input/row_reader.hpp"
#include "engine/model/option.hpp"
#include "engine/text/json_number.hpp"
#include "engine/text/json_padding.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/printable.hpp"
#include "engine/text/trim.hpp"
#include "engine/text/utf8.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <utility>

namespace pawl::input {

namespace {

std::string given_twice() {
  return "is given twice, once by " + to_string(option::map);
}

class ndjson_source final : public row_reader {
 public:
  explicit ndjson_source(const reader_context& context) : row_reader(context), plan_(context.names) {}

  // Returns the complaints about --map and --set, one a line.
  std::string prepare(std::uint64_t first_offset);

  step next(job_batch& into) override;

  void seek(const checkpoint& at) override {
    rows_ = at.row;
    line_ = at.line;
    read_to_ = at.offset;
    at_end_ = false;
    window_.restart(at.offset);
  }

  checkpoint position() const noexcept override { return {rows_, window_.offset(), line_}; }

  // The rows tell which fields they use only when they are read, so all fields of the profile count as used.
  void describe(shape_text& shape) const override {
    const auto& profile = context_.names.profile();
    shape.add("unknown", profile.pass_unknown_fields ? "pass" : "refuse");
    for (const auto& spec : profile.fields) {
      shape.add("field", spec.name);
      shape.add("type", std::to_string(static_cast<int>(spec.type)) + '.' +
                            std::to_string(static_cast<int>(spec.verb)));
      describe_form(shape, spec);
    }
  }

 private:
  // What a key of a row means.
  struct key_meaning {
    enum class kind : std::uint8_t { unknown, id, second_id, field, note } what = kind::unknown;
    field_index field{};
    std::string_view name;  // of a field, in the profile
  };
  key_meaning look_up(std::string_view key) const;
  // Rows of one generator have their keys in the same order, so the meaning of the last row's key is tried
  // first.
  key_meaning meaning_of(std::string_view key, std::size_t at);

  void read_line(std::string_view line, job_batch& into);
  void read_member(const json_member& member, const key_meaning& meaning, bool has_patch, byte_arena& arena);
  void read_id(const json_value& value, byte_arena& arena);
  void read_field(const json_member& member, const key_meaning& meaning);
  void put_in_order(std::vector<field_value>& values);
  void complain(std::string_view column, std::string what) {
    draft_.complain(line_, column, std::move(what));
  }

  row_plan plan_;  // holds --set only
  byte_arena constants_;
  std::vector<field_value> constant_values_;
  byte_window window_;
  plain_row_reader plain_rows_;
  json_row row_;
  struct hint {
    std::string key;
    key_meaning meaning;
  };
  std::vector<hint> hints_;
  std::uint64_t rows_ = 0, line_ = 1, read_to_ = 0;
  bool at_end_ = false;
  bool has_id_ = false;
  std::size_t passed_count_ = 0;
};

std::string ndjson_source::prepare(std::uint64_t first_offset) {
  std::string problems;
  for (const auto& [from, to] : context_.options.map) {
    if (to == context_.id_column || to.starts_with(note_mark)) continue;
    std::string problem;
    const auto target = context_.names.resolve(to, problem);
    if (!target)
      add_line(problems, to_string(option::map) + ' ' + from + '=' + to + ": " + shown(to) + ' ' + problem);
    else if (target->is_expect || !target->member.empty())
      add_line(problems, to_string(option::map) + ' ' + from + '=' + to + ": " + shown(to) +
                             " names a CSV column; in NDJSON write the " +
                             (target->is_expect ? "\"expect\" object" : "object itself"));
  }
  add_constants(plan_, problems);
  plan_.finish();
  for (const auto& entry : plan_.patch())
    constant_values_.push_back({entry.field, entry.name, constant_of(entry, constants_)});
  seek({0, first_offset, 1});
  return problems;
}

ndjson_source::key_meaning ndjson_source::look_up(std::string_view key) const {
  using enum key_meaning::kind;
  const auto& options = context_.options;
  if (std::find(options.ignore.begin(), options.ignore.end(), key) != options.ignore.end())
    return {note, {}, {}};
  auto name = key;
  for (const auto& [from, to] : options.map)
    if (from == key) name = to;
  if (name == context_.id_column) return {id, {}, {}};
  if (name.starts_with(note_mark)) return {note, {}, {}};
  if (!options.match.empty() && name == context_.names.profile().id_column) return {second_id, {}, {}};
  if (const auto known = context_.names.find(name))
    return {key_meaning::kind::field, *known, context_.names.profile()[*known].name};
  // The name is a view: a mapped one points into the options, an unmapped one into the row.
  if (context_.names.profile().pass_unknown_fields) return {key_meaning::kind::field, passed_field, name};
  return {unknown, {}, name};
}

ndjson_source::key_meaning ndjson_source::meaning_of(std::string_view key, std::size_t at) {
  // A hint that was never set has an empty key.
  if (!key.empty() && at < hints_.size() && hints_[at].key == key) return hints_[at].meaning;
  const auto meaning = look_up(key);
  constexpr std::size_t most_hints = 256;  // chosen
  const bool in_row = meaning.what == key_meaning::kind::unknown || meaning.field == passed_field;
  if (at < most_hints && !in_row) {
    if (at >= hints_.size()) hints_.resize(at + 1);
    hints_[at] = {std::string(key), meaning};
  }
  return meaning;
}

row_reader::step ndjson_source::next(job_batch& into) {
  bool skipping = false;  // inside a row over its bound: its bytes are dropped until its line end
  std::string head;
  while (true) {
    const auto view = window_.view();
    const auto* end =
        view.empty() ? nullptr : static_cast<const char*>(std::memchr(view.data(), '\n', view.size()));
    if (end == nullptr && !at_end_) {
      // The last byte may be the CR of the line end.
      if (view.size() > max_row_bytes + 1 || skipping) {
        if (!skipping) head.assign(view.substr(0, max_kept_raw_bytes));
        skipping = true;
        window_.consume(view.size());
      }
      const auto room = window_.room();
      auto count = context_.feed.read(read_to_, room);
      if (!count) {
        error_ = std::move(count.error());
        return step::failed;
      }
      read_to_ += *count;
      window_.commit(*count);
      at_end_ = *count < room.size();
      continue;
    }
    if (view.empty() && !skipping) return step::end;

    const auto size = end == nullptr ? view.size() : static_cast<std::size_t>(end - view.data());
    auto line = view.substr(0, size);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool too_long = skipping || line.size() > max_row_bytes;
    const bool is_row = too_long || !trim(line).empty();
    if (is_row) {
      ++rows_;
      if (too_long)
        deliver_error(rows_, line_, {}, skipping ? std::string_view(head) : line,
                      {line_, {}, "the row is longer than 1 MiB"}, into);
      else
        read_line(line, into);
    }
    window_.consume(size + (end == nullptr ? 0 : 1));
    line_ += end == nullptr ? 0 : 1;
    if (is_row) return step::row;
  }
}

void ndjson_source::read_line(std::string_view line, job_batch& into) {
  draft_.clear();
  has_id_ = false;
  passed_count_ = 0;
  auto& arena = into.bytes();
  char* const copy = arena.allocate(line.size() + json_padding);
  std::memcpy(copy, line.data(), line.size());
  std::memset(copy + line.size(), ' ', json_padding);
  const std::string_view raw{copy, line.size()};

  if (!plain_rows_.read(raw, row_) && !typer_.json().row(raw, arena, row_)) {
    // Members that were read before the error may still tell the row's id.
    for (const auto& member : row_.members)
      if (member.scope == member_scope::row && look_up(member.key).what == key_meaning::kind::id)
        read_id(member.value, arena);
    draft_.complaints.clear();
    complain({}, typer_.json().problem());
    return deliver(draft_, rows_, line_, raw, into);
  }
  for (std::size_t i = 0; i < row_.members.size(); ++i) {
    const auto& member = row_.members[i];
    read_member(member, meaning_of(member.key, i), row_.has_patch, arena);
  }
  if (!has_id_) complain(context_.id_column, "is missing");
  for (const auto& constant : constant_values_) {
    const bool twice = std::any_of(draft_.patch.begin(), draft_.patch.end(), [&](const field_value& v) {
      return v.field == constant.field && v.name == constant.name;
    });
    if (twice)
      complain(constant.name,
               "is set for every row by " + to_string(option::set) + ", and given in this row too");
    else
      draft_.patch.push_back(constant);
  }
  put_in_order(draft_.patch);
  put_in_order(draft_.expect);
  if (draft_.complaints.empty()) rules_.check(draft_, line_);
  deliver(draft_, rows_, line_, raw, into);
}

void ndjson_source::read_member(const json_member& member, const key_meaning& meaning, bool has_patch,
                                byte_arena& arena) {
  using enum key_meaning::kind;
  const bool in_row = member.scope == member_scope::row;
  const auto column = [&] { return shown_json(member.key); };
  switch (meaning.what) {
    case note:
      return;
    case id:
      if (in_row) return read_id(member.value, arena);
      return complain(column(), "is the id, which cannot be changed; it stands beside \"patch\"");
    case second_id:
      return complain(column(), id_beside_value());
    case unknown: {
      auto what = context_.names.unknown(meaning.name);
      if (in_row && has_patch)
        what = "stands beside \"patch\", where only the id, \"expect\" and notes (_...) may be";
      return complain(column(), std::move(what));
    }
    case key_meaning::kind::field:
      break;
  }
  if (in_row && has_patch) return complain(column(), "stands beside \"patch\"; put it inside");
  read_field(member, meaning);
}

void ndjson_source::read_id(const json_value& value, byte_arena& arena) {
  if (has_id_) return complain(context_.id_column, given_twice());
  has_id_ = true;
  if (value.kind == json_kind::string) {
    draft_.id = value.text.substr(1, value.text.size() - 2);
    if (draft_.id.find('\\') != std::string_view::npos) {
      std::string plain;
      append_unescaped(plain, value.text);  // compact text, so it cannot fail
      draft_.id = arena.copy(plain);
    }
    draft_.id = trim(draft_.id);
  } else if (value.kind == json_kind::number && is_json_integer(value.text)) {
    draft_.id = value.text;
  } else {
    return complain(context_.id_column,
                    "must be a string or an integer (got " + shown_json(value.text) + ')');
  }
  if (auto what = check_key(draft_.id); !what.empty()) complain(context_.id_column, std::move(what));
}

void ndjson_source::read_field(const json_member& member, const key_meaning& meaning) {
  const bool is_expect = member.scope == member_scope::expect;
  const auto complain_here = [&](std::string what) { complain(shown_json(member.key), std::move(what)); };
  if (member.value.text.size() > max_field_bytes) return complain_here("is longer than 256 KiB");
  auto& values = is_expect ? draft_.expect : draft_.patch;
  if (meaning.field == passed_field) {
    if (is_expect) return complain_here(context_.names.unknown(meaning.name));
    if (!field_names::can_pass(meaning.name) || context_.names.is_place(meaning.name))
      return complain_here(context_.names.why_not_passed(meaning.name));
    if (++passed_count_ > max_passed_fields) {
      if (passed_count_ == max_passed_fields + 1)
        complain_here("is one field too many that the profile does not know: at most " +
                      std::to_string(max_passed_fields) + " are passed on");
      return;
    }
    values.push_back({passed_field, meaning.name, member.value.text});
    return;
  }
  const auto& rule = context_.names.rule(meaning.field);
  if (is_expect && !context_.names.can_expect(meaning.field)) {
    std::string problem;
    // resolve() fails here; the call is made for its message.
    (void)context_.names.resolve(std::string(expect_prefix) + std::string(meaning.name), problem);
    return complain_here(std::move(problem));
  }
  if (!typer_.check(rule, rule.nullable || is_expect, member.value)) return complain_here(typer_.problem());
  values.push_back({meaning.field, meaning.name, member.value.text});
}

// Sorts by field, with passed fields last in the order of the row. With --map two keys can mean one field.
void ndjson_source::put_in_order(std::vector<field_value>& values) {
  const auto before = [](const field_value& a, const field_value& b) {
    return to_index(a.field) < to_index(b.field);
  };
  // Rows are short: an insertion sort keeps equal ones in order without the buffer that stable_sort needs.
  constexpr std::size_t few = 64;
  if (values.size() <= few) {
    for (std::size_t i = 1; i < values.size(); ++i)
      for (std::size_t j = i; j > 0 && before(values[j], values[j - 1]); --j)
        std::swap(values[j], values[j - 1]);
  } else {
    std::stable_sort(values.begin(), values.end(), before);
  }
  for (std::size_t i = 1; i < values.size(); ++i) {
    const bool same = values[i].field == values[i - 1].field && values[i].field != passed_field;
    if (same) complain(values[i].name, given_twice());
  }
  if (context_.options.map.empty()) return;  // without --map no name can occur twice
  for (std::size_t i = 1; i < values.size(); ++i)
    for (std::size_t j = 0; j < i && values[i].field == passed_field; ++j)
      if (values[j].field == passed_field && values[j].name == values[i].name)
        complain(values[i].name, given_twice());
}

}  // namespace

expected<std::unique_ptr<row_reader>> open_ndjson(const reader_context& context, const input_head& head,
                                                  source_facts& facts) {
  facts.format = file_format::ndjson;
  auto reader = std::make_unique<ndjson_source>(context);
  if (auto problems = reader->prepare(head.mark_bytes()); !problems.empty())
    return failure{failure_kind::usage, context.feed.source().name(), std::move(problems), {}};
  return std::unique_ptr<row_reader>(std::move(reader));
}

}  // namespace pawl::input
