# prefill kernel for vitis_hls before 2025.1. Run it in the root of the project: vitis_hls -f scripts/prefill.tcl
open_project -reset build/u280/hls/prefill
set_top prefill
add_files src/prefill.cpp -cflags "-Iinclude -Isrc -std=c++17"
open_solution -reset solution1 -flow_target vitis
set_part xcu280-fsvh2892-2L-e
create_clock -period 3.333 -name default
csynth_design
file mkdir build/u280/xo
export_design -format xo -output build/u280/xo/prefill.xo
exit
