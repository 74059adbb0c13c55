#include "tests/fault/audit/plan.hpp"

#include <array>
#include <charconv>
#include <random>

namespace pawl::audit {
namespace {

void want_values(planned_row& row, std::size_t number, std::mt19937_64& random) {
  static constexpr std::array<const char*, 3> statuses{"open", "done", "snoozed"};
  static constexpr std::array<const char*, 4> titles{"Plain title", "She said \"no\", twice", "Two\nlines",
                                                     "Launch \xF0\x9F\x9A\x80"};
  row.title = std::string{titles[random() % titles.size()]} + " #" + std::to_string(number);
  if (random() % 4 != 0) {
    row.status = statuses[random() % statuses.size()];
    if (*row.status == "snoozed") row.snoozed_until = "2030-01-02T03:04:05Z";
  }
  if (random() % 3 == 0)
    row.tags = {"tag_" + std::to_string(random() % 7), "tag_team_" + std::to_string(random() % 3)};
}

}  // namespace

plan make_plan(const plan_options& options) {
  plan made;
  made.rows.resize(options.rows);
  std::mt19937_64 random{options.seed};
  for (std::size_t i = 0; i < options.rows; ++i) {
    auto& row = made.rows[i];
    const std::size_t number = i + 1;
    row.notifies = number * options.notifying / options.rows > i * options.notifying / options.rows;
    want_values(row, number, random);
    const auto die = random() % 1000;
    if (options.mixed && die < 10) {
      row.id = "thr_gone_" + std::to_string(number);
    } else if (options.mixed && die < 15) {
      row.id = thread_id(++made.threads);
      row.status = "paused";
      row.snoozed_until.reset();
      row.valid = false;
    } else if (options.mixed && die < 65 && i > 0) {
      // Close by, where the earlier row may still be under way, or anywhere before.
      const auto back = die < 40 ? 1 + random() % std::min<std::size_t>(i, 20) : 1 + random() % i;
      row.id = made.rows[i - back].id;
    } else {
      row.id = thread_id(++made.threads);
    }
  }
  return made;
}

std::string to_csv(const plan& planned) {
  std::string out = "id,status,snoozed_until,title,tag_ids,notify.slack,_note\r\n";
  for (const auto& row : planned.rows) {
    out += row.id + ',' + row.status.value_or("") + ',' + row.snoozed_until.value_or("") + ',' +
           test::csv_cell(row.title.value_or("")) + ',';
    if (row.tags) {
      std::string list;
      for (const auto& tag : *row.tags) list += (list.empty() ? "" : ";") + tag;
      out += test::csv_cell(list);
    }
    out += row.notifies ? ",true" : ",";
    out += ",audit\r\n";
  }
  return out;
}

std::optional<std::size_t> row_in_title(std::string_view title) {
  const auto mark = title.rfind(" #");
  if (mark == std::string_view::npos) return std::nullopt;
  const auto digits = title.substr(mark + 2);
  std::size_t row = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), row);
  if (error != std::errc{} || end != digits.data() + digits.size() || row == 0) return std::nullopt;
  return row;
}

}  // namespace pawl::audit
