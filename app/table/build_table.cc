#include "app/table/build_table.h"

#include "app/table/ibft_spec.h"
#include "platform/linux/firmware/firmware_table.h"

namespace isboot::app {
namespace {

using linux_platform::SecretPages;

Outcome<SecretPages> encoded(const Json& spec, const std::string& file, ibft::Layout layout) {
  auto pages = SecretPages::allocate(ibft::kMaxEncoded);
  if (!pages) return Failure{in_words(pages.error()), "free some memory"};
  TextStore texts;
  try {
    const ibft::Table table = table_from_json(spec, texts);
    const auto bytes = encode(table, layout, pages->memory());
    if (!bytes)
      return Failure{bytes.error().text, "no table of this layout can hold this spec: shorten it"};
    pages->resize(bytes->size());
  } catch (const SpecError& error) {
    return Failure{file + ": " + error.what(), "docs/ibft.md describes a spec"};
  }
  return std::move(*pages);
}

}  // namespace

Outcome<SecretPages> build_table(const std::string& spec_file, ibft::Layout layout) {
  const auto text =
      linux_platform::read_secret_file(spec_file.c_str(), linux_platform::kMaxTableFile);
  if (!text)
    return Failure{spec_file + ": " + in_words(text.error()), "name a file that can be read"};
  auto spec = parse_json(as_text(text->bytes()));
  if (!spec) return Failure{spec_file + ": is no JSON", "`isboot ibft show --json` writes a spec"};
  auto built = encoded(*spec, spec_file, layout);
  spec->wipe();
  return built;
}

}  // namespace isboot::app
