#include "engine/input/row_reader.hpp"

#include "engine/api/field_codec.hpp"
#include "engine/input/byte_window.hpp"
#include "engine/input/input_digest.hpp"
#include "engine/input/left_out.hpp"
#include "engine/model/option.hpp"

#include <algorithm>

namespace pawl::input {

expected<std::size_t> byte_feed::read(std::uint64_t offset, std::span<char> into) {
  auto count = source_.read_at(offset, into);
  if (count && print_ && offset <= hashed_to_ && offset + *count > hashed_to_) {
    const auto known = static_cast<std::size_t>(hashed_to_ - offset);
    const std::string_view fresh{into.data() + known, *count - known};
    if (digest_) digest_->add(fresh);
    print_->add(fresh);
    hashed_to_ = offset + *count;
  }
  return count;
}

void byte_feed::start_digests(take which, const fingerprint_key& key) {
  digest_.reset();
  if (which == take::both) digest_.emplace();
  print_.emplace(key);
  hashed_to_ = 0;
}

std::optional<byte_feed::taken> byte_feed::take_digests() {
  if (!print_ || hashed_to_ != source_.size()) return std::nullopt;
  taken all{print_->finish(), std::nullopt};
  if (digest_) all.digest = digest_->finish();
  print_.reset();
  digest_.reset();
  return all;
}

row_reader::row_reader(const reader_context& context)
    : context_(context),
      typer_({context.options.null_token, context.options.list_separator}),
      rules_(context.names) {}

row_reader::~row_reader() = default;

void row_reader::add_constants(row_plan& plan, std::string& problems) {
  for (const auto& [name, value] : context_.options.set) {
    std::string problem;
    if (!plan.add_constant(name, value, context_.id_column, typer_, problem))
      add_line(problems, to_string(option::set) + ' ' + name + ": " + problem);
  }
}

std::string row_reader::id_beside_value() const {
  const auto& field = context_.options.match;
  return "is the id, and rows name their resources by " + field + ": drop it with " +
         to_string(option::ignore_column, context_.names.profile().id_column) + ", or leave out " +
         to_string(option::match, field);
}

void row_reader::deliver(row_draft& draft, std::uint64_t row, std::uint64_t line, std::string_view raw,
                         job_batch& into) {
  if (!draft.complaints.empty()) {
    row_error error;
    error.row = row;
    error.line = line;
    error.id = draft.id;
    error.raw = raw.substr(0, max_kept_raw_bytes);
    error.complaints = std::move(draft.complaints);
    draft.complaints.clear();
    into.add(std::move(error));
    return;
  }
  if (const auto found = context_.left_out.find(row); found != context_.left_out.end())
    leave_out(draft.patch, found->second, into.bytes());
  into.add(job_view{row, line, draft.id, draft.patch, draft.expect, raw, rules_.replay_safe(draft.patch)});
}

void row_reader::deliver_error(std::uint64_t row, std::uint64_t line, std::string_view id,
                               std::string_view raw, complaint what, job_batch& into) {
  row_error error;
  error.row = row;
  error.line = line;
  error.id = id;
  error.raw = raw.substr(0, max_kept_raw_bytes);
  error.complaints.push_back(std::move(what));
  into.add(std::move(error));
}

void describe_form(shape_text& shape, const api::field_spec& f) {
  if (!f.at.empty() && f.at != json_path{{f.name, false}}) shape.add("at", to_string(f.at));
  if (f.wire != api::wire_form::json) {
    shape.add("wire", std::to_string(static_cast<int>(f.wire)));
    shape.add("join", f.separator);
  }
  for (std::size_t i = 0; i < f.wire_values.size(); ++i) {
    shape.add("value", f.values[i]);
    shape.add("to", f.wire_values[i]);
  }
  if (f.clear) shape.add("clear", *f.clear);
  if (!f.send) return;
  std::string around;
  api::field_codec(f).append_written(around, "true");
  shape.add("send", around);
}

void add_line(std::string& lines, std::string_view line) {
  if (!lines.empty()) lines += '\n';
  lines += line;
}

}  // namespace pawl::input
