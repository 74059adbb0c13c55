// Messages of the engine stand in these tests as the program prints them.
#include "cli/args/option_words.hpp"

namespace pawl {
namespace {

[[maybe_unused]] const bool worded = [] {
  word_options(&cli::as_flag);
  return true;
}();

}  // namespace
}  // namespace pawl
