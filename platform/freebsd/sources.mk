# The C++ of the module, for Makefile and files.isboot; tests/freebsd checks that it is all.
ISBOOT_CXX=	ip_address.cc host_name.cc log_line.cc lun.cc mac_address.cc text.cc await_disk.cc backoff.cc command_line.cc \
	establish.cc find_server.cc link_choice.cc log_in.cc network_plan.cc parameters.cc path_session.cc plan.cc session.cc \
	decode.cc directory.cc encode.cc finding.cc judge.cc locate.cc \
	dns_message.cc look_up.cc name_servers.cc name.cc pci_address.cc select.cc structure.cc binary_value.cc chap.cc \
	crc32c.cc discovery.cc full_feature.cc full_feature_pdu.cc isid.cc \
	key_table.cc key_value.cc login.cc login_fault.cc login_pdu.cc login_security.cc login_stages.cc \
	negotiation.cc redirect.cc scsi.cc session_history.cc status.cc text_keys.cc tolerance.cc url.cc \
	firmware.cc initiator.cc kept_session.cc kernel.cc life.cc main.cc network.cc \
	ports.cc socket_address.cc stream.cc sysctls.cc tunables.cc
