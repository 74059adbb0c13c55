// Words what is wrong with an input, as lines that name the place. Pure.
#pragma once

#include "engine/input/validation.hpp"

#include <string>
#include <vector>

namespace pawl::app {

// `jobs.csv:LINE: column: what` for each of the first complaints, and a line with the number of the others.
std::vector<std::string> complaint_lines(const std::string& input_name, const input::validation_report&);

// "3 of 300 rows are wrong".
std::string wrong_rows_in_words(const input::validation_report&);

}  // namespace pawl::app
