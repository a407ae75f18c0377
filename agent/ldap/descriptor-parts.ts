import { BerWriter, Control } from 'ldapts'

/** LDAP_SERVER_SD_FLAGS_OID: owner and access control list alone, which need no privilege (MS-ADTS 3.1.1.3.4.1.11). */
export class DescriptorParts extends Control {
  constructor() {
    super('1.2.840.113556.1.4.801', { critical: true })
  }

  protected override writeControl(writer: BerWriter): void {
    const value = new BerWriter()
    value.startSequence()
    // OWNER_SECURITY_INFORMATION and DACL_SECURITY_INFORMATION
    value.writeInt(0x1 | 0x4)
    value.endSequence()
    writer.writeBuffer(value.buffer, 0x04)
  }
}
