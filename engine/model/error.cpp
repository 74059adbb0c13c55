#include "engine/model/error.hpp"

#include "engine/model/option.hpp"
#include "engine/text/printable.hpp"

namespace pawl {

std::string held_remedy() {
  return "wait for it with " + to_string(option::wait) + ", or stop it, then run the same command again";
}

std::string to_string(const failure& f) {
  std::string text;
  if (!f.place.empty()) text += printable(f.place, std::string_view::npos) + ": ";
  text += f.what;
  if (!f.remedy.empty()) text += "; " + f.remedy;
  return text;
}

}  // namespace pawl
