"""cXML documents that the tests share, one of each kind, which add up."""

from __future__ import annotations

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.060/cXML.dtd">
<cXML payloadID="P1@hospital.example" timestamp="2026-03-02T09:15:00-06:00" version="1.2.060" xml:lang="en-US">
"""
HEADER = """ <Header>
  <From><Credential domain="DUNS"><Identity>123456789</Identity></Credential></From>
  <To><Credential domain="NetworkID"><Identity>AN01</Identity></Credential></To>
  <Sender><Credential domain="DUNS"><Identity>123456789</Identity><SharedSecret>CANARY-secret</SharedSecret></Credential>
   <UserAgent>Isthmus</UserAgent></Sender>
 </Header>
"""


def request(body: str, mode: str = ' deploymentMode="test"') -> bytes:
    """A document in a Request."""
    return f"{HEAD}{HEADER} <Request{mode}>{body}</Request>\n</cXML>\n".encode()


ADDRESS = """<Address isoCountryCode="US" addressID="DOCK4" addressIDDomain="buyerLocationID">
 <Name xml:lang="en">General Hospital Dock 4</Name>
 <PostalAddress name="default"><DeliverTo>Receiving</DeliverTo><Street>1 Hospital Way</Street><Street>Building B</Street>
  <City>Springfield</City><State isoStateCode="US-IL">IL</State><PostalCode>62701</PostalCode>
  <Country isoCountryCode="US">United States</Country></PostalAddress>
 <Email name="default">dock@hospital.example</Email>
 <Phone name="work"><TelephoneNumber><CountryCode isoCountryCode="US">1</CountryCode>
  <AreaOrCityCode>555</AreaOrCityCode><Number>1234567</Number></TelephoneNumber></Phone>
</Address>"""

ORDER = request(f"""<OrderRequest>
 <OrderRequestHeader orderID="PO-1001" orderDate="2026-03-02T09:14:00-06:00" type="update" orderType="regular"
   agreementID="C-77" requisitionID="R-5" shipComplete="yes">
  <Total><Money currency="USD">461.00</Money></Total>
  <ShipTo>{ADDRESS}</ShipTo>
  <BillTo><Address addressID="AP"><Name xml:lang="en">Accounts Payable</Name></Address></BillTo>
  <Shipping><Money currency="USD">12.50</Money><Description xml:lang="en">Freight</Description></Shipping>
  <Tax><Money currency="USD">0</Money><Description xml:lang="en">exempt</Description></Tax>
  <PaymentTerm payInNumberOfDays="30"><Discount><DiscountPercent percent="2"/></Discount></PaymentTerm>
  <Contact role="endUser"><Name xml:lang="en">J Doe</Name><Email>jdoe@hospital.example</Email></Contact>
  <Comments xml:lang="en">Deliver to dock 4<Attachment><URL>cid:1@hospital.example</URL></Attachment></Comments>
  <DocumentReference payloadID="P0@hospital.example"/>
  <Extrinsic name="department">OR-3</Extrinsic>
 </OrderRequestHeader>
 <ItemOut quantity="10" lineNumber="1" requestedDeliveryDate="2026-03-08">
  <ItemID><SupplierPartID>GL-7</SupplierPartID><SupplierPartAuxiliaryID>BX</SupplierPartAuxiliaryID>
   <BuyerPartID>4711</BuyerPartID></ItemID>
  <ItemDetail><UnitPrice><Money currency="USD">42.5</Money></UnitPrice>
   <Description xml:lang="en"><ShortName>Gloves</ShortName>Exam gloves, large</Description><UnitOfMeasure>BX</UnitOfMeasure>
   <Classification domain="UNSPSC">42132203</Classification><ManufacturerPartID>M-7</ManufacturerPartID>
   <ManufacturerName xml:lang="en">Maker</ManufacturerName></ItemDetail>
  <Distribution><Accounting name="surgery"><AccountingSegment id="4711"><Name xml:lang="en">cost centre</Name>
    <Description xml:lang="en">OR</Description></AccountingSegment></Accounting>
   <Charge><Money currency="USD">425</Money></Charge></Distribution>
 </ItemOut>
 <ItemOut quantity="300" lineNumber="2">
  <ItemID><SupplierPartID>SY-10</SupplierPartID></ItemID>
  <ItemDetail><UnitPrice><Money currency="USD">12</Money></UnitPrice><Description xml:lang="en">Syringe</Description>
   <UnitOfMeasure>EA</UnitOfMeasure><PriceBasisQuantity quantity="100" conversionFactor="1">
    <UnitOfMeasure>EA</UnitOfMeasure></PriceBasisQuantity>
   <Classification domain="UNSPSC">42142609</Classification></ItemDetail>
 </ItemOut>
</OrderRequest>""")

SETUP = request(f"""<PunchOutSetupRequest operation="create"><BuyerCookie>C1</BuyerCookie>
 <Extrinsic name="User">jdoe</Extrinsic><BrowserFormPost><URL>https://hospital.example/cart</URL></BrowserFormPost>
 <SupplierSetup><URL>https://supplier.example/punchout</URL></SupplierSetup><ShipTo>{ADDRESS}</ShipTo>
 <SelectedItem><ItemID><SupplierPartID>GL-7</SupplierPartID></ItemID></SelectedItem></PunchOutSetupRequest>""")

CART = f"""{HEAD}{HEADER} <Message inReplyTo="P1@hospital.example"><Status code="200" text="OK"/>
 <PunchOutOrderMessage><BuyerCookie>C1</BuyerCookie>
 <PunchOutOrderMessageHeader operationAllowed="edit" quoteStatus="final"><Total><Money currency="USD">8.1</Money></Total>
 </PunchOutOrderMessageHeader>
 <ItemIn quantity="2" lineNumber="1"><ItemID><SupplierPartID>GL-7</SupplierPartID></ItemID>
  <ItemDetail><UnitPrice><Money currency="USD">4.05</Money></UnitPrice><Description xml:lang="en">Gloves</Description>
   <UnitOfMeasure>BX</UnitOfMeasure><Classification domain="UNSPSC">42132203</Classification></ItemDetail></ItemIn>
 </PunchOutOrderMessage></Message>
</cXML>""".encode()

SETUP_RESPONSE = f"""{HEAD} <Response><Status code="200" text="OK"/>
 <PunchOutSetupResponse><StartPage><URL>https://supplier.example/s/1</URL></StartPage></PunchOutSetupResponse>
 </Response>
</cXML>""".encode()

CONFIRMATION = request("""<ConfirmationRequest>
 <ConfirmationHeader confirmID="SO-9" operation="new" type="detail" noticeDate="2026-03-03T08:00:00-06:00">
  <Total><Money currency="USD">255</Money></Total></ConfirmationHeader>
 <OrderReference orderID="PO-1001" orderDate="2026-03-02T09:14:00-06:00">
  <DocumentReference payloadID="P1@hospital.example"/></OrderReference>
 <ConfirmationItem quantity="10" lineNumber="1"><UnitOfMeasure>BX</UnitOfMeasure>
  <ConfirmationStatus quantity="6" type="accept" deliveryDate="2026-03-09"><UnitOfMeasure>BX</UnitOfMeasure>
  </ConfirmationStatus>
  <ConfirmationStatus quantity="4" type="backordered" shipmentDate="2026-03-20"><UnitOfMeasure>BX</UnitOfMeasure>
   <UnitPrice><Money currency="USD">42.75</Money></UnitPrice><Comments>new lot</Comments></ConfirmationStatus>
 </ConfirmationItem>
</ConfirmationRequest>""")

SHIP_NOTICE = request("""<ShipNoticeRequest>
 <ShipNoticeHeader shipmentID="SH-55" operation="new" noticeDate="2026-03-04T09:15:00-06:00"
   shipmentDate="2026-03-04T12:00:00-06:00" deliveryDate="2026-03-06" shipmentType="actual">
  <Contact role="shipTo" addressID="DOCK4"><Name xml:lang="en">Dock 4</Name></Contact></ShipNoticeHeader>
 <ShipControl><CarrierIdentifier domain="SCAC">UPSN</CarrierIdentifier>
  <ShipmentIdentifier domain="trackingNumber" trackingNumberDate="2026-03-04">1Z999</ShipmentIdentifier></ShipControl>
 <ShipNoticePortion><OrderReference orderID="PO-1001"><DocumentReference payloadID="P1"/></OrderReference>
  <ShipNoticeItem quantity="6" lineNumber="1" shipNoticeLineNumber="1">
   <ItemID><SupplierPartID>GL-7</SupplierPartID></ItemID>
   <ShipNoticeItemDetail><Description xml:lang="en">Exam gloves</Description></ShipNoticeItemDetail>
   <UnitOfMeasure>BX</UnitOfMeasure>
   <Packaging><PackagingCode xml:lang="en">CTN</PackagingCode>
    <Dimension type="weight" quantity="4.5"><UnitOfMeasure>LBR</UnitOfMeasure></Dimension>
    <PackagingLevelCode>inner</PackagingLevelCode>
    <ShippingContainerSerialCode>003456780000000021</ShippingContainerSerialCode>
    <ShippingContainerSerialCodeReference>003456780000000014</ShippingContainerSerialCodeReference></Packaging>
   <Batch expirationDate="2029-01-31"><SupplierBatchID>L0042</SupplierBatchID></Batch>
   <AssetInfo serialNumber="SN77"/></ShipNoticeItem></ShipNoticePortion>
</ShipNoticeRequest>""")

INVOICE = request("""<InvoiceDetailRequest>
 <InvoiceDetailRequestHeader invoiceID="INV-9" purpose="standard" operation="new" invoiceDate="2026-03-05T00:00:00-06:00">
  <InvoiceDetailHeaderIndicator/><InvoiceDetailLineIndicator isTaxInLine="yes"/>
  <InvoicePartner><Contact role="remitTo" addressID="S1"><Name xml:lang="en">Medical Supply</Name></Contact>
   <IdReference domain="taxNumber" identifier="12-3456789"/></InvoicePartner>
  <PaymentTerm payInNumberOfDays="30"/></InvoiceDetailRequestHeader>
 <InvoiceDetailOrder><InvoiceDetailOrderInfo><OrderReference orderID="PO-1001"><DocumentReference payloadID="P1"/>
  </OrderReference></InvoiceDetailOrderInfo>
  <InvoiceDetailItem invoiceLineNumber="1" quantity="6"><UnitOfMeasure>BX</UnitOfMeasure>
   <UnitPrice><Money currency="USD">42.5</Money></UnitPrice>
   <InvoiceDetailItemReference lineNumber="1"><ItemID><SupplierPartID>GL-7</SupplierPartID></ItemID>
    <Description xml:lang="en">Exam gloves</Description><SupplierBatchID>L0042</SupplierBatchID></InvoiceDetailItemReference>
   <SubtotalAmount><Money currency="USD">255.00</Money></SubtotalAmount>
   <Tax><Money currency="USD">15.30</Money><Description xml:lang="en">IL</Description>
    <TaxDetail category="sales" percentageRate="6" purpose="tax"><TaxAmount><Money currency="USD">15.30</Money></TaxAmount>
    </TaxDetail></Tax></InvoiceDetailItem>
 </InvoiceDetailOrder>
 <InvoiceDetailSummary><SubtotalAmount><Money currency="USD">255.00</Money></SubtotalAmount>
  <Tax><Money currency="USD">15.30</Money><Description xml:lang="en">total</Description></Tax>
  <SpecialHandlingAmount><Money currency="USD">1</Money></SpecialHandlingAmount>
  <ShippingAmount><Money currency="USD">12.50</Money></ShippingAmount>
  <GrossAmount><Money currency="USD">283.80</Money></GrossAmount>
  <InvoiceDetailDiscount percentageRate="2"><Money currency="USD">5.10</Money></InvoiceDetailDiscount>
  <NetAmount><Money currency="USD">278.70</Money></NetAmount>
  <DepositAmount><Money currency="USD">8.70</Money></DepositAmount>
  <DueAmount><Money currency="USD">270</Money></DueAmount></InvoiceDetailSummary>
</InvoiceDetailRequest>""")

STATUS_UPDATE = request("""<StatusUpdateRequest><DocumentReference payloadID="P1@hospital.example"/>
 <Status code="200" text="OK" xml:lang="en">queued</Status><InvoiceStatus type="rejected"><Comments>price</Comments>
 </InvoiceStatus></StatusUpdateRequest>""")

DOCUMENTS = {
    "OrderRequest": ORDER,
    "PunchOutSetupRequest": SETUP,
    "PunchOutOrderMessage": CART,
    "PunchOutSetupResponse": SETUP_RESPONSE,
    "ConfirmationRequest": CONFIRMATION,
    "ShipNoticeRequest": SHIP_NOTICE,
    "InvoiceDetailRequest": INVOICE,
    "StatusUpdateRequest": STATUS_UPDATE,
}


def changed(data: bytes, *changes: tuple[str, str]) -> bytes:
    """The document with these replacements."""
    text = data.decode()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return text.encode()
