#include "engine/app/complaints.hpp"

#include "engine/text/amounts.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>

namespace pawl::app {

std::vector<std::string> complaint_lines(const std::string& input, const input::validation_report& report) {
  const auto input_name = printable(input);
  std::vector<std::string> out;
  for (const auto& c : report.first)
    out.push_back(c.column.empty()
                      ? fmt::format("{}:{}: {}", input_name, c.line, c.what)
                      : fmt::format("{}:{}: {}: {}", input_name, c.line, printable(c.column), c.what));
  if (report.complaint_count > report.first.size())
    out.push_back(
        fmt::format("{}: {}", input_name,
                    counted(report.complaint_count - report.first.size(), "more error", "more errors")));
  return out;
}

std::string wrong_rows_in_words(const input::validation_report& report) {
  return fmt::format("{} of {} {} wrong", grouped(report.bad_rows), counted(report.rows, "row", "rows"),
                     report.bad_rows == 1 ? "is" : "are");
}

}  // namespace pawl::app
