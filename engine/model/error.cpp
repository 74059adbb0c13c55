#include "engine/model/error.hpp"

namespace pawl {

std::string to_string(const failure& f) {
  std::string text;
  if (!f.place.empty()) text += f.place + ": ";
  text += f.what;
  if (!f.remedy.empty()) text += "; " + f.remedy;
  return text;
}

}  // namespace pawl
