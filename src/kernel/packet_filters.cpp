#include "kernel/packet_filters.hpp"

#include "kernel/legacy_tables.hpp"
#include "kernel/nft_tables.hpp"

namespace vdeup::kernel {

Result<PacketFilters> read_packet_filters(const Frames& frames) {
  PacketFilters filters;
  for (const auto& read : {read_nft_tables, read_legacy_tables}) {
    TRY(auto tables, read(frames));
    for (const FilterTable& table : tables)
      add_table(filters, table);
  }
  return filters;
}

} // namespace vdeup::kernel
