#include "firewall/packet_filters.hpp"

#include "firewall/legacy_tables.hpp"
#include "firewall/nft_tables.hpp"

#include <algorithm>
#include <iterator>

namespace vdeup::firewall {

Result<PacketFilters> read_packet_filters(const Frames& frames) {
  PacketFilters filters;
  TRY(auto tables, read_nft_tables(frames));
  auto legacy = read_legacy_tables(frames);
  if (!legacy && legacy.error().kind() != ErrorKind::not_permitted)
    return fail(std::move(legacy).error());
  if (legacy)
    std::move(legacy.value().begin(), legacy.value().end(), std::back_inserter(tables));
  for (const FilterTable& table : tables)
    add_table(filters, table);
  return filters;
}

} // namespace vdeup::firewall
