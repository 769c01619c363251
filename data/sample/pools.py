"""Word pools of the sample and of the pre-training corpus: names, places, goods.

Full names, place names and titles are combined from parts, so the number of different facts
(some 60,000 person names, 1,350 place names, 400 titles) is far above the number of rows and no
answer can be known from anything but its passage. Everything here is invented by combination:
a name that belongs to a real person or place does so by chance.
"""


def _listed(text: str) -> tuple[str, ...]:
    """The entries of a list divided by bars."""
    return tuple(text.split("|"))


FAMILY = _listed(
    "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đinh|Mai|Trịnh|"
    "Lương|Tạ|Cao|Châu|Tống|Quách|Thái|Lâm|Hà|Kiều|Nông"
)
MIDDLE_M = _listed("Văn|Đức|Minh|Quang|Hữu|Công|Quốc|Xuân|Thanh|Đình|Bá|Trọng|Gia|Thế|Duy|Viết")
MIDDLE_F = _listed("Thị|Ngọc|Thu|Thanh|Kim|Bích|Mỹ|Hồng|Thùy|Diệu|Phương|Tuyết|Minh|Hoài|Ánh|Khánh")
GIVEN_M = _listed(
    "An|Bảo|Bình|Cường|Chiến|Chung|Danh|Dũng|Đạt|Điền|Đông|Giáp|Hải|Hào|Hậu|Hiếu|Hòa|Hùng|Hưng|"
    "Huy|Kha|Khang|Khánh|Khoa|Kiên|Lâm|Lập|Long|Lộc|Luân|Lực|Mạnh|Nam|Nghĩa|Nhân|Nhật|Phát|"
    "Phong|Phú|Phúc|Quân|Quý|Sáng|Sơn|Tài|Tâm|Tân|Thành|Thắng|Thịnh|Thọ|Thuận|Tiến|Toàn|Trí|"
    "Trung|Trường|Tú|Tuấn|Tùng|Việt|Vinh|Vũ|Vượng"
)
GIVEN_F = _listed(
    "An|Anh|Bình|Chi|Cúc|Châu|Diễm|Dung|Duyên|Đào|Giang|Hà|Hân|Hạnh|Hằng|Hiền|Hoa|Hòa|Huệ|"
    "Hương|Khanh|Lan|Lài|Liên|Linh|Loan|Lụa|Ly|Mai|Mến|Mơ|My|Nga|Ngân|Nguyệt|Nhàn|Nhi|Nhung|"
    "Oanh|Phượng|Quyên|Quỳnh|Sen|Tâm|Thảo|Thắm|Thoa|Thơ|Thúy|Thủy|Thư|Tiên|Trang|Trâm|Trinh|"
    "Trúc|Tuyền|Uyên|Vân|Vi|Xuân|Yến"
)
PLACE_FIRST = _listed(
    "Tân|Phú|An|Bình|Hòa|Long|Vĩnh|Thạnh|Mỹ|Đông|Tây|Thuận|Hưng|Lộc|Phước|Xuân|Kim|Thanh|Yên|"
    "Đại|Hải|Sơn|Cẩm|Quảng|Hàm|Trung|Nam|Liên|Ngọc|Vân|Bảo|Nghĩa"
)
PLACE_SECOND = _listed(
    "Phú|Hòa|Bình|Lộc|Thạnh|Thành|Sơn|Hải|Giang|Phong|Khánh|Lâm|Thủy|An|Hiệp|Hưng|Lợi|Mỹ|Châu|"
    "Tiến|Quang|Trạch|Xuyên|Minh|Điền|Khê|Trì|Hà|Kỳ|Cát|Tường"
)
NATIVE_FIRST = _listed("Bến|Gò|Rạch|Bàu|Suối|Đồi|Cồn|Vàm|Đầm|Bãi|Hòn|Mương|Giồng|Xóm|Cây")
NATIVE_SECOND = _listed(
    "Đá|Me|Tre|Sen|Cát|Chè|Dừa|Bần|Sỏi|Lau|Trầu|Dâu|Mía|Ổi|Xoài|Tràm|Sậy|Cau|Gạo|Nứa|Muối|Vông|"
    "Mận|Trôm|Sao"
)
SHOP_FIRST = _listed("Minh|Hồng|Thành|Kim|Ngọc|Hưng|Gia|Thiên|Phúc|Lan|Bảo|Đại|Tâm|Hoa|Việt|An")
SHOP_SECOND = _listed("Phát|Long|Hưng|Đạt|Thịnh|Lợi|Hà|Anh|Tín|Châu|Dương|Mai|Khôi|Vượng|Quý|Hải")
TITLE_FIRST = _listed(
    "Mùa mưa|Bến đợi|Đêm hội|Con đường|Dòng sông|Tiếng đàn|Ánh đèn|Khu vườn|Chuyến tàu|"
    "Ngôi nhà|Cánh diều|Hạt gạo|Mái trường|Khúc hát|Lá thư|Bức tranh|Phiên chợ|Con thuyền|"
    "Ngọn đèn|Mảnh trăng"
)
TITLE_SECOND = _listed(
    "quê nội|đầu hạ|cuối thu|ven sông|trên đồi|xa xứ|sau mưa|ngày về|tháng ba|giữa phố|"
    "bên hiên|của mẹ|mùa gặt|lúc nửa đêm|trong sương|miền gió|tuổi thơ|không tên|phương nam|"
    "lặng lẽ"
)
FRUIT = _listed(
    "xoài|thanh long|bưởi|cam|chôm chôm|vải|nhãn|dưa hấu|chuối|sầu riêng|mít|bơ|ổi|quýt|"
    "măng cụt|vú sữa|mận|dứa|đu đủ|na"
)
CROP = (
    _listed(
        "cà phê|hồ tiêu|khoai lang|hành tím|tỏi|gừng|nghệ|mía|dừa|chè|lạc|đậu xanh|ngô|sắn|ớt|"
        "bí đỏ|cà chua|bắp cải|dưa leo|su hào|đậu nành|mè"
    )
    + FRUIT
)
ANIMAL = _listed("vịt|gà|bò|dê|heo|thỏ|ngỗng|cừu|trâu|chim cút")
FISH = _listed("cá tra|tôm sú|cua biển|cá lóc|lươn|ếch|cá rô phi|tôm càng xanh|cá chẽm|nghêu")
SAPLING = _listed("keo|bàng|phượng|sao đen|lim|tràm|đước|xà cừ|thông|bằng lăng|sấu|dầu")
WILD = _listed("rùa núi|khỉ|tê tê|trăn|cu li|kỳ đà|cầy hương|mèo rừng|cò trắng|rái cá")
COUNTRY = _listed("Nhật Bản|Hàn Quốc|Thái Lan|Úc|Đức|Pháp|Ý|Ấn Độ|Canada|Hà Lan|Tây Ban Nha|Lào")
JOB = _listed(
    "thợ may|thợ hàn|bảo vệ|kế toán|lái xe|thủ kho|đầu bếp|thợ điện|nhân viên bán hàng|thợ mộc|"
    "công nhân đóng gói|nhân viên phục vụ|thợ cơ khí|nhân viên giao hàng|y tá|lễ tân"
)
SUBJECT = _listed(
    "toán|ngữ văn|tiếng Anh|vật lý|hóa học|sinh học|lịch sử|địa lý|tin học|âm nhạc|mỹ thuật"
)
LOST = _listed(
    "chiếc ví da nâu|chùm chìa khóa|cặp sách màu xanh|chiếc mũ vải|điện thoại màu đen|"
    "chiếc đồng hồ bạc|con mèo vàng|chiếc ô tím|túi vải hoa|chiếc khăn len|cuốn sổ bìa đỏ|"
    "chiếc máy ảnh|con chó đốm|thẻ sinh viên|chiếc balô xám|cặp kính gọng tròn"
)
GOODS = _listed(
    "quạt máy|nồi cơm điện|giày vải|áo khoác|xe đạp|bàn gỗ|chăn bông|bếp ga|đèn bàn|"
    "vở học sinh|áo mưa|máy bơm|nón lá|chiếu cói|ấm trà|tủ sách"
)
PEST = _listed("sâu cuốn lá|rầy nâu|ốc bươu vàng|sâu đục thân|bệnh đạo ôn|bọ xít|sâu keo|muỗi hành")
INSTRUMENT = _listed("đàn bầu|sáo trúc|đàn tranh|trống cơm|đàn nhị|đàn nguyệt|ghi ta|dương cầm")
CRAFT = _listed(
    "làm gốm|đan lát|dệt chiếu|thêu tranh|chạm gỗ|làm nón|đúc đồng|làm giấy|rèn dao|nặn tò he"
)
DISH = _listed(
    "bún riêu|phở bò|bánh xèo|cơm tấm|bánh cuốn|mì Quảng|hủ tiếu|bún chả|cháo lươn|bánh bèo|"
    "xôi gấc|lẩu mắm"
)
ILLNESS = _listed("sốt xuất huyết|tay chân miệng|cúm mùa|đau mắt đỏ|thủy đậu|sởi|tiêu chảy")
VACCINE = _listed("sởi|cúm|bại liệt|uốn ván|viêm gan|ho gà|thủy đậu|bạch hầu|viêm não")
MACHINE = _listed(
    "máy siêu âm|máy chụp X quang|máy đo điện tim|máy xét nghiệm máu|máy thở|máy lọc thận|"
    "máy nội soi"
)
WEEKDAY = _listed("thứ hai|thứ ba|thứ tư|thứ năm|thứ sáu|thứ bảy|chủ nhật")
SESSION = _listed("sáng|chiều|tối")
