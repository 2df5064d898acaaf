"""The words of the sandbox providers' pages in four languages, and the choice of one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "zh-Hans": {
            "title": "登录",
            "banner": "沙盒环境，并非真实服务。",
            "banner_more": "请勿输入真实资料。",
            "lead": "登录后将返回“{service}”。",
            "who": "以哪个虚构人物登录？",
            "approve": "登录",
            "cancel": "取消",
            "code": "示意二维码",
            "code_hint": "真实服务会请您用手机扫码；在这里请直接选择人物。",
            "share": "提供个人资料",
            "share_lead": "“{service}”请求以下资料：",
            "share_who": "您是：",
            "share_approve": "同意提供",
            "refused": "无法处理此请求",
            "refused_lead": "发起请求的服务未登记，或请求不正确。",
            "idNo": "身份证号码",
            "enName": "英文姓名",
            "chName": "中文姓名",
            "gender": "性别",
            "birthDate": "出生日期",
        },
        "zh-Hant": {
            "title": "登入",
            "banner": "沙盒環境，並非真實服務。",
            "banner_more": "請勿輸入真實資料。",
            "lead": "登入後將返回「{service}」。",
            "who": "以哪個虛構人物登入？",
            "approve": "登入",
            "cancel": "取消",
            "code": "示意二維碼",
            "code_hint": "真實服務會請您用手機掃碼；在這裏請直接選擇人物。",
            "share": "提供個人資料",
            "share_lead": "「{service}」要求以下資料：",
            "share_who": "您是：",
            "share_approve": "同意提供",
            "refused": "無法處理此要求",
            "refused_lead": "提出要求的服務未登記，或要求不正確。",
            "idNo": "身份證號碼",
            "enName": "英文姓名",
            "chName": "中文姓名",
            "gender": "性別",
            "birthDate": "出生日期",
        },
        "en": {
            "title": "Sign in",
            "banner": "Sandbox — not a real service.",
            "banner_more": "Do not enter real information.",
            "lead": "You will return to “{service}” afterwards.",
            "who": "Which invented person signs in?",
            "approve": "Sign in",
            "cancel": "Cancel",
            "code": "Illustration of a QR code",
            "code_hint": "The real service asks you to scan with your phone; here, choose a person instead.",
            "share": "Share your details",
            "share_lead": "“{service}” asks for:",
            "share_who": "You are",
            "share_approve": "Share",
            "refused": "This request cannot be handled",
            "refused_lead": "The service that sent you is not registered here, or its request is wrong.",
            "idNo": "Identity card number",
            "enName": "Name in English",
            "chName": "Name in Chinese",
            "gender": "Gender",
            "birthDate": "Date of birth",
        },
        "pt": {
            "title": "Iniciar sessão",
            "banner": "Ambiente de teste — não é um serviço real.",
            "banner_more": "Não introduza dados reais.",
            "lead": "Depois regressará a “{service}”.",
            "who": "Que pessoa fictícia inicia sessão?",
            "approve": "Iniciar sessão",
            "cancel": "Cancelar",
            "code": "Ilustração de um código QR",
            "code_hint": "O serviço real pede que digitalize com o telemóvel; aqui, escolha uma pessoa.",
            "share": "Partilhar os seus dados",
            "share_lead": "“{service}” pede:",
            "share_who": "Identificação",
            "share_approve": "Partilhar",
            "refused": "Não é possível tratar este pedido",
            "refused_lead": "O serviço que o enviou não está registado aqui, ou o pedido está errado.",
            "idNo": "Número do bilhete de identidade",
            "enName": "Nome em inglês",
            "chName": "Nome em chinês",
            "gender": "Sexo",
            "birthDate": "Data de nascimento",
        },
    }
)

_SPOKEN = {
    "zh-hk": "zh-Hant",
    "zh-mo": "zh-Hant",
    "zh-tw": "zh-Hant",
    "zh-hant": "zh-Hant",
    "zh": "zh-Hans",
    "en": "en",
    "pt": "pt",
}


def choose_language(asked: str) -> str:
    """Return the language for a list of tags as in ``ui_locales`` or Accept-Language; English when none is known."""
    for item in asked.replace(",", " ").split():
        tag = item.split(";")[0].lower()
        while tag:
            if tag in _SPOKEN:
                return _SPOKEN[tag]
            tag = tag.rpartition("-")[0]
    return "en"
