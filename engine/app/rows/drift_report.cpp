#include "engine/app/rows/drift_report.hpp"

#include <algorithm>

namespace pawl::app {

void drift_report::untold(const ledger::job_row& row, std::string_view why) {
  append_drift(out_.text(), format_, {drift_line::kind::not_compared, row.id, row.row, {}, {}, {}, why});
  flush_when_full();
}

void drift_report::expect_of(const ledger::written_resource& resource) {
  expected_values_.clear();
  for (const auto& f : resource.fields) expected_values_.push_back({f.field, f.json});
}

bool drift_report::confirms(const ledger::written_resource& resource, std::string_view item) {
  expect_of(resource);
  if (!drift_.confirms(item, resource.id, expected_values_, standings_)) return false;
  ++looked_at_;
  // Nothing has drifted, so no old value is asked for.
  return static_cast<bool>(report(resource));
}

status drift_report::compare(const ledger::written_resource& resource, std::string_view body) {
  ++looked_at_;
  expect_of(resource);
  if (drift_.read(body, resource.id, expected_values_, standings_)) return report(resource);
  ++counts_.unreadable;
  append_drift(out_.text(), format_,
               {drift_line::kind::unreadable,
                resource.id,
                resource.fields.front().row,
                {},
                {},
                {},
                "the reply is not what the profile promises"});
  return {};
}

// Whether a field that shows another value than was written shows the one that stood there before.
expected<bool> drift_report::is_reverted(const ledger::written_field& f, std::string_view shown) {
  const auto field = profile_.find(f.field);
  if (!old_ || !field) return false;
  auto old = old_(f.row, f.field);
  if (!old) return std::move(old.error());
  return *old && comparer_.compare(profile_[*field].compare, **old, shown) == api::equality::equal;
}

// Reports what was found about the fields of a resource.
status drift_report::report(const ledger::written_resource& resource) {
  const auto& fields = resource.fields;
  bool drifted = false, reverted = false;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto& f = fields[i];
    if (standings_[i].is == api::standing::unclear) ++counts_.unclear_fields;
    if (standings_[i].is != api::standing::drifted) continue;
    auto back = is_reverted(f, standings_[i].shown);
    if (!back) return std::move(back.error());
    (*back ? reverted : drifted) = true;
    ++(*back ? counts_.reverted_fields : counts_.drifted_fields);
    append_drift(out_.text(), format_,
                 {*back ? drift_line::kind::reverted : drift_line::kind::drift,
                  resource.id,
                  f.row,
                  f.field,
                  f.json,
                  standings_[i].shown,
                  {}});
  }
  // If nothing of a row was compared, the resource does not count as written, whatever another row's fields
  // show.
  bool compared = true;
  const auto is_clear = [&](std::uint64_t row) {
    for (std::size_t i = 0; i < fields.size(); ++i)
      if (fields[i].row == row && standings_[i].is != api::standing::unclear) return true;
    return false;
  };
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool said =
        std::ranges::any_of(fields.begin(), fields.begin() + static_cast<std::ptrdiff_t>(i),
                            [&](const ledger::written_field& f) { return f.row == fields[i].row; });
    if (said || is_clear(fields[i].row)) continue;
    compared = false;
    append_drift(out_.text(), format_,
                 {drift_line::kind::not_compared,
                  resource.id,
                  fields[i].row,
                  {},
                  {},
                  {},
                  "no read can tell whether it is as the row left it"});
  }
  ++(drifted    ? counts_.drifted
     : reverted ? counts_.reverted
     : compared ? counts_.as_written
                : counts_.not_compared);
  return {};
}

void drift_report::report_refusal(const ledger::written_resource& resource, const client::read_reply& reply) {
  ++looked_at_;
  const bool missing = reply.http_status == 404;
  ++(missing ? counts_.missing : counts_.unreadable);
  const auto why = reply.in_words();
  append_drift(out_.text(), format_,
               {missing ? drift_line::kind::missing : drift_line::kind::unreadable,
                resource.id,
                resource.fields.front().row,
                {},
                {},
                {},
                why});
}

void drift_report::flush() {
  if (!std::exchange(header_said_, true)) out_.text().insert(0, drift_header(format_));
  out_.flush();
}

}  // namespace pawl::app
